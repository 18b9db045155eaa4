import {
  assert,
  assertEquals,
  assertLess,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { connectPipe, PipeServer } from "../../mod.ts";
import { withProactor } from "../windows/_setup.ts";
import { pattern, readBytes, readText } from "../windows/_bytes.ts";
import { uniquePipeName } from "../windows/_pipes.ts";
import { soon } from "../windows/_turns.ts";
import {
  runScript,
  type ScriptOptions,
  type ScriptResult,
  startScript,
  test,
} from "./_script.ts";
import { onWine } from "../windows/_wine.ts";

/** Milliseconds from a program's last line to its end "at once". */
const AT_ONCE = 15_000;

/** Pending operations of each kind, and what keeps them. */
const PENDING = `
const path = Deno.args[0];
const proactor = new lib.IocpProactor();
const server = lib.PipeServer.listen(path, { type: "byte", proactor });
const accepting = server.accept();
const client = await lib.connectPipe(path, { proactor });
const served = await accepting;
server.accept().catch(() => {});
const [a, b] = lib.pipe({ duplex: true, proactor });
const pending = [
  client.read(new Uint8Array(10)),
  served.write(new Uint8Array(1_000_000)),
  proactor.recv(a, 10),
  proactor.send(b, new Uint8Array(1_000_000)),
  proactor.acceptPipe(lib.portOf(proactor).api.createNamedPipe({
    name: path + "-raw", openMode: 0x40000003, pipeMode: 0, maxInstances: 1,
    outBufferSize: 0, inBufferSize: 0, securityDescriptor: 0n,
  })),
];
for (const one of pending) one.then(() => {}, () => {});
`;

async function assertEnds(
  source: string,
  stdout: string,
  options?: ScriptOptions,
): Promise<void> {
  const result = await runToEnd(source, stdout, options);
  assertEquals(result.stderr, "");
  assertEquals([result.code, result.stdout], [0, stdout]);
}

/** Runs a program, which must end soon after a line: not soon after its start. */
async function runToEnd(
  source: string,
  line: string,
  options?: ScriptOptions,
): Promise<ScriptResult> {
  const args = [uniquePipeName()];
  await using script = startScript(source, { args, ...options });
  await script.wrote(line);
  const start = performance.now();
  const result = await script.result();
  assertLess(performance.now() - start, AT_ONCE);
  return result;
}

test.process("a process ends by itself when everything is closed", async () => {
  await assertEnds(
    `
    const path = Deno.args[0];
    const server = lib.PipeServer.listen(path);
    const client = await lib.connectPipe(path);
    const served = await server.accept();
    await client.write(new Uint8Array(3));
    console.log(await served.read(new Uint8Array(10)));
    client.close();
    served.close();
    server.close();
    `,
    "3",
  );
});

test.process("a process ends by itself when a proactor was closed with operations pending", async () => {
  const source = `${PENDING}console.log(await proactor.close());`;
  await assertEnds(source, "0");
});

test.process("an idle proactor keeps no process alive", async () => {
  await assertEnds(
    `
    const proactor = new lib.IocpProactor();
    const [a, b] = lib.pipe({ duplex: true, proactor });
    await proactor.send(a, new Uint8Array(3));
    console.log((await proactor.recv(b, 10)).length);
    `,
    "3",
  );
});

test.process("a connection without a pending operation keeps no process alive", async () => {
  await assertEnds(
    `
    const server = lib.PipeServer.listen(Deno.args[0], { type: "byte" });
    globalThis.client = await lib.connectPipe(Deno.args[0]);
    globalThis.served = await server.accept();
    server.close();
    console.log("idle");
    `,
    "idle",
  );
});

test.process("an unref'd server keeps no process alive, before or after clients came", async () => {
  await assertEnds(
    `
    const server = lib.PipeServer.listen(Deno.args[0]);
    server.unref();
    const client = await lib.connectPipe(Deno.args[0]);
    (await server.accept()).close();
    client.close();
    server.accept();
    console.log("unref'd");
    `,
    "unref'd",
  );
});

test.process("an unref'd connection that reads keeps no process alive", async () => {
  await assertEnds(
    `
    const server = lib.PipeServer.listen(Deno.args[0], { type: "byte" });
    const client = await lib.connectPipe(Deno.args[0]);
    const served = await server.accept();
    server.close();
    for (const end of [client, served]) {
      end.unref();
      end.read(new Uint8Array(10));
    }
    setTimeout(() => console.log("reading"), 50);
    `,
    "reading",
  );
});

test.process("a half close that the peer has not read keeps no process alive, open or closed", async () => {
  for (const end of ["", "served.close();", "served.abort();"]) {
    await assertEnds(
      `
    const server = lib.PipeServer.listen(Deno.args[0], { type: "message" });
    const client = await lib.connectPipe(Deno.args[0]);
    const served = await server.accept();
    server.close();
    globalThis.kept = [client, served]; // else they are closed, and reported
    await served.write(new Uint8Array(10));
    await served.closeWrite();
    setTimeout(() => {
      ${end}
      console.log("unread");
    }, 50);
    `,
      "unread",
    );
  }
});

test.process(
  "ref() lets a server keep its process alive again",
  () =>
    withProactor(async (proactor) => {
      const path = uniquePipeName();
      await using script = startScript(
        `
    const server = lib.PipeServer.listen(Deno.args[0]);
    server.unref();
    server.ref();
    console.log("listening");
    (await server.accept()).close();
    server.close();
    console.log("served");
    `,
        { args: [path] },
      );
      await soon(script.wrote("listening"));
      using client = await connectPipe(path, { proactor });
      assertEquals(await readText(client), "");
      const { code, stdout, stderr } = await soon(script.result());
      assertEquals([code, stdout, stderr], [0, "listening\nserved", ""]);
    }),
);

test.process("Deno.exit() ends a process with operations pending at once", async () => {
  const source = `${PENDING}
    console.log("pending");
    setTimeout(() => Deno.exit(7), 20);`;
  const result = await runToEnd(source, "pending");
  assertEquals([result.code, result.stderr], [7, ""]);
});

test.process("an uncaught error ends a process with operations pending at once", async () => {
  const source = `${PENDING}
    console.log("pending");
    setTimeout(() => { throw new Error("bad"); }, 20);`;
  const result = await runToEnd(source, "pending");
  assertEquals(result.code, 1);
  assertStringIncludes(result.stderr, "Error: bad");
});

test.process("worker.terminate() with operations pending does not crash the process", async () => {
  const source = `
    if (typeof WorkerGlobalScope !== "undefined") {
      self.onmessage = async ({ data: path }) => {
        const server = lib.PipeServer.listen(path, { type: "byte" });
        const accepting = server.accept();
        const client = await lib.connectPipe(path);
        const served = await accepting;
        client.read(new Uint8Array(10)).catch(() => {});
        served.write(new Uint8Array(1_000_000)).catch(() => {});
        self.postMessage("pending");
      };
    } else {
      for (let i = 0; i < 5; i++) {
        const worker = new Worker(import.meta.url, { type: "module" });
        const said = new Promise((resolve) => worker.onmessage = resolve);
        worker.postMessage(Deno.args[0] + i);
        await said;
        worker.terminate();
      }
      const garbage = [];
      for (let i = 0; i < 200; i++) garbage.push(new Uint8Array(1_000_000));
      const [a, b] = lib.pipe();
      const proactor = new lib.IocpProactor();
      const received = proactor.recv(a, 10);
      await proactor.send(b, new Uint8Array(3));
      console.log((await received).length + garbage.length);
    }`;
  await assertEnds(source, "203", { permissions: ["-A"] });
});

test.process("a PipeHandle that is collected closes its handle, and is reported", async () => {
  const source = `
    const proactor = new lib.IocpProactor();
    function forget() {
      const [reader, writer] = lib.pipe({ proactor });
      return { reader, raw: writer.fileno() };
    }
    const { reader } = forget();
    const received = proactor.recv(reader, 10);
    while (!received.done()) {
      gc();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    console.log((await received).length);
    reader.close();`;
  const permissions = ["--allow-ffi", "--v8-flags=--expose-gc"];
  const { code, stdout, warnings } = await runScript(source, { permissions });
  assertEquals([code, stdout], [0, "0"]);
  assertStringIncludes(warnings, "ResourceWarning: Closed pipe handle");
});

test.process("without --allow-ffi using the library throws NotCapable, importing it does not", async () => {
  const source = `
    for (const use of [
      () => new lib.IocpProactor(),
      () => lib.PipeServer.listen(Deno.args[0]),
      () => lib.pipe(),
      () => lib.connectPipe(Deno.args[0]),
    ]) {
      try {
        await use();
      } catch (error) {
        console.log(error instanceof Deno.errors.NotCapable);
      }
    }`;
  await assertEnds(source, "true\ntrue\ntrue\ntrue", { permissions: [] });
});

test.process(
  "a name that this process serves is refused to another with AddrInUse",
  () =>
    withProactor(async (proactor) => {
      const path = uniquePipeName();
      await using _server = PipeServer.listen(path, { proactor });
      await assertEnds(
        `
    try {
      lib.PipeServer.listen(Deno.args[0]);
    } catch (error) {
      console.log(error instanceof Deno.errors.AddrInUse, error.winerror);
    }
    `,
        "true 5",
        { args: [path] },
      );
    }),
);

test.process(
  "two processes talk, and each knows the other's id (Wine may say 0)",
  () =>
    withProactor(async (proactor) => {
      const path = uniquePipeName();
      await using server = PipeServer.listen(path, {
        type: "message",
        proactor,
      });
      await using script = startScript(
        `
    const client = await lib.connectPipe(Deno.args[0]);
    console.log(client.remoteProcessId);
    await client.write(new Uint8Array(200_000).fill(7));
    await client.closeWrite();
    console.log(await client.read(new Uint8Array(10)));
    client.close();
    `,
        { args: [path] },
      );
      const served = await soon(server.accept());
      const id = served.remoteProcessId;
      assert(
        id === script.pid || (onWine("client-process-id") && id === 0),
        `${id}`,
      );
      const read = await readBytes(served);
      assertEquals(read, new Uint8Array(200_000).fill(7));
      await served.write(new Uint8Array(5));
      const { code, stdout } = await soon(script.result());
      assertEquals([code, stdout], [0, `${Deno.pid}\n5`]);
      served.close();
    }),
);

test.process(
  "a client that is killed while it writes ends its connection, and the server goes on",
  () =>
    withProactor(async (proactor) => {
      const path = uniquePipeName();
      await using server = PipeServer.listen(path, { type: "byte", proactor });
      await using script = startScript(
        `
    const client = await lib.connectPipe(Deno.args[0]);
    const writing = client.write(new Uint8Array(10_000_000));
    console.log("writing");
    await writing;
    `,
        { args: [path] },
      );
      const served = await soon(server.accept());
      await soon(script.wrote("writing"));
      await readBytes(served, 1000);
      script.kill();
      const rest = await readBytes(served);
      assertLess(rest.length, 10_000_000);
      served.close();
      using client = await connectPipe(path, { proactor });
      await client.write(pattern(3));
      using next = await soon(server.accept());
      assertEquals(await readBytes(next, 3), pattern(3));
    }),
);

test.process(
  "a server that is killed while its client reads ends the client's connection",
  () =>
    withProactor(async (proactor) => {
      const path = uniquePipeName();
      await using script = startScript(
        `
    const server = lib.PipeServer.listen(Deno.args[0]);
    console.log("listening");
    await (await server.accept()).write(new Uint8Array(3));
    `,
        { args: [path] },
      );
      await soon(script.wrote("listening"));
      using client = await connectPipe(path, { proactor });
      assertEquals((await readBytes(client, 3)).length, 3);
      const reading = client.read(new Uint8Array(10));
      script.kill();
      assertEquals(await soon(reading), null);
      await assertRejects(
        () => client.write(pattern(1)),
        Deno.errors.BrokenPipe,
      );
      await assertRejects(
        () => connectPipe(path, { proactor }),
        Deno.errors.NotFound,
      );
    }),
);
