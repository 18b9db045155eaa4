//! A server by tokio, on one thread.
//!
//!     bench-tokio.exe TRANSPORT ROLE ADDRESS
//!
//! The arguments are those of `server.c`. It serves until it is killed.

use std::{env, io, mem};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::windows::named_pipe::{PipeMode, ServerOptions};
use tokio::net::TcpListener;
use tokio::runtime::Builder;

const BUFFER_SIZE: usize = 65_536;

#[derive(Clone, Copy)]
enum Role {
    Echo,
    Sink,
    Source,
}

impl Role {
    fn parse(name: &str) -> Role {
        match name {
            "echo" => Role::Echo,
            "sink" => Role::Sink,
            "source" => Role::Source,
            _ => panic!("Cannot play the role \"{name}\""),
        }
    }
}

async fn echo<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER_SIZE];
    loop {
        let count = stream.read(&mut buffer).await?;
        if count == 0 {
            return Ok(());
        }
        stream.write_all(&buffer[..count]).await?;
    }
}

async fn sink<S: AsyncRead + Unpin>(mut stream: S) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER_SIZE];
    while stream.read(&mut buffer).await? > 0 {}
    Ok(())
}

async fn source<S: AsyncWrite + Unpin>(mut stream: S) -> io::Result<()> {
    let buffer = vec![0; BUFFER_SIZE];
    loop {
        stream.write_all(&buffer).await?;
    }
}

/// Clients end as they like, so errors are left alone.
fn serve<S>(stream: S, role: Role)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    tokio::spawn(async move {
        match role {
            Role::Echo => echo(stream).await,
            Role::Sink => sink(stream).await,
            Role::Source => source(stream).await,
        }
    });
}

/// The next instance is there before a client is served: none finds the name
/// missing.
async fn serve_pipe(mode: PipeMode, role: Role, path: &str) -> io::Result<()> {
    let mut options = ServerOptions::new();
    options
        .pipe_mode(mode)
        .in_buffer_size(BUFFER_SIZE as u32)
        .out_buffer_size(BUFFER_SIZE as u32);
    let mut instance = options.create(path)?;
    loop {
        instance.connect().await?;
        let next = options.create(path)?;
        serve(mem::replace(&mut instance, next), role);
    }
}

async fn serve_tcp(role: Role, port: &str) -> io::Result<()> {
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        serve(stream, role);
    }
}

async fn run(transport: &str, role: Role, address: &str) -> io::Result<()> {
    match transport {
        "pipe" => serve_pipe(PipeMode::Byte, role, address).await,
        "message" => serve_pipe(PipeMode::Message, role, address).await,
        _ => serve_tcp(role, address).await,
    }
}

fn main() -> io::Result<()> {
    let args: Vec<String> = env::args().skip(1).collect();
    let runtime = Builder::new_current_thread().enable_io().build()?;
    match args.as_slice() {
        [transport, role, address] => {
            runtime.block_on(run(transport, Role::parse(role), address))
        }
        _ => panic!("Cannot start: three arguments are needed"),
    }
}
