/*
 * The ceiling: a server on one completion port with skip mode, one thread and
 * one buffer per connection.
 *
 *     server.exe TRANSPORT ROLE ADDRESS
 *
 * TRANSPORT is "pipe", "message" or "tcp"; ROLE is "echo" (sends back), "sink"
 * (reads) or "source" (writes); ADDRESS is the pipe's name, or a port of the
 * loopback address. It serves until it is killed.
 */
#include "iocp.h"

#define BUFFER_SIZE 65536
#define LISTENING 8
#define ADDRESS_ROOM (sizeof(struct sockaddr_in) + 16)

enum role {
	ECHO,
	SINK,
	SOURCE,
};

struct connection {
	struct stream stream;	/* first: its packets have this address */
	int writing;		/* what the last operation was */
};

static enum transport transport;
static enum role role;
static const char *address;
static SOCKET listener;

static void accept_next(void);

static enum role parse_role(const char *name)
{
	if (!strcmp(name, "echo"))
		return ECHO;
	if (!strcmp(name, "sink"))
		return SINK;
	if (!strcmp(name, "source"))
		return SOURCE;
	die("play this role", ERROR_INVALID_PARAMETER);
	return ECHO;
}

static enum outcome next_step(struct connection *c)
{
	struct stream *s = &c->stream;

	switch (role) {
	case ECHO:
		c->writing = !c->writing;
		return c->writing ? start_write(s, s->bytes) :
				    start_read(s, BUFFER_SIZE);
	case SINK:
		return start_read(s, BUFFER_SIZE);
	default:
		return start_write(s, BUFFER_SIZE);
	}
}

static void close_connection(struct connection *c)
{
	if (transport == TCP)
		closesocket((SOCKET)c->stream.handle);
	else
		CloseHandle(c->stream.handle);
	free(c->stream.buffer);
	free(c);
}

/* Goes on until an operation pends, then gives the others their turn. */
static void advance(struct connection *c, enum outcome outcome)
{
	int steps;

	for (steps = 0; outcome == DONE && steps < MAX_STEPS; steps++)
		outcome = next_step(c);
	if (outcome == DONE)
		defer(&c->stream);
	else if (outcome == FAILED)
		close_connection(c);
}

static void moved(struct operation *op, enum outcome outcome)
{
	struct connection *c = (struct connection *)op;

	if (outcome == DONE)
		outcome = stream_outcome(&c->stream, outcome);
	advance(c, outcome);
}

static void connected(struct operation *op, enum outcome outcome)
{
	struct connection *c = (struct connection *)op;
	SOCKET s = (SOCKET)c->stream.handle;

	accept_next();
	if (outcome == DONE && transport == TCP) {
		setsockopt(s, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT,
			   (char *)&listener, sizeof(listener));
		send_without_delay(s);
	}
	op->ended = moved;
	c->writing = 1;
	advance(c, outcome);
}

static HANDLE open_instance(void)
{
	DWORD mode = transport == MESSAGE ?
		     PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE : PIPE_TYPE_BYTE;
	HANDLE pipe = CreateNamedPipeA(address,
		PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED,
		mode | PIPE_REJECT_REMOTE_CLIENTS, PIPE_UNLIMITED_INSTANCES,
		BUFFER_SIZE, BUFFER_SIZE, 0, NULL);

	if (pipe == INVALID_HANDLE_VALUE)
		die("create a pipe", GetLastError());
	return pipe;
}

/* A client that is there already queues no packet: its turn comes later. */
static void accept_pipe(struct connection *c)
{
	OVERLAPPED *overlapped = &c->stream.op.overlapped;
	DWORD code = 0;

	c->stream.handle = open_instance();
	associate(c->stream.handle);
	if (!ConnectNamedPipe(c->stream.handle, overlapped))
		code = GetLastError();
	if (code == 0 || code == ERROR_PIPE_CONNECTED)
		defer(&c->stream);
	else if (code != ERROR_IO_PENDING)
		die("accept a client", code);
}

static void accept_socket(struct connection *c)
{
	OVERLAPPED *overlapped = &c->stream.op.overlapped;
	SOCKET s = open_socket();
	DWORD received;

	c->stream.handle = (HANDLE)s;
	associate(c->stream.handle);
	if (AcceptEx(listener, s, c->stream.buffer, 0, ADDRESS_ROOM,
		     ADDRESS_ROOM, &received, overlapped))
		return;		/* the listener queues all packets */
	if (WSAGetLastError() != ERROR_IO_PENDING)
		die("accept a client", WSAGetLastError());
}

static void accept_next(void)
{
	struct connection *c = allocate(sizeof(*c));

	c->stream.transport = transport;
	c->stream.buffer = allocate(BUFFER_SIZE);
	c->stream.op.ended = connected;
	if (transport == TCP)
		accept_socket(c);
	else
		accept_pipe(c);
}

static void listen_tcp(void)
{
	struct sockaddr_in local = loopback(address);

	listener = open_socket();
	if (bind(listener, (struct sockaddr *)&local, sizeof(local)) ||
	    listen(listener, SOMAXCONN))
		die("listen", WSAGetLastError());
	if (!CreateIoCompletionPort((HANDLE)listener, port, 0, 0))
		die("associate the listener", GetLastError());
}

int main(int argc, char **argv)
{
	int i;

	if (argc != 4)
		die("start: three arguments are needed", 0);
	transport = parse_transport(argv[1]);
	role = parse_role(argv[2]);
	address = argv[3];
	open_port();
	if (transport == TCP)
		listen_tcp();
	for (i = 0; i < LISTENING; i++)
		accept_next();
	for (;;)
		turn(INFINITE);
}
