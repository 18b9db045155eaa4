import { assertEquals, assertNotEquals } from "@std/assert";
import {
  FILE_FLAG_OVERLAPPED,
  FSCTL_PIPE_WAIT,
  GENERIC_READ,
  GENERIC_WRITE,
  PIPE_ACCESS_INBOUND,
  PIPE_ACCESS_OUTBOUND,
  PIPE_READMODE_MESSAGE,
  PIPE_TYPE_MESSAGE,
  STATUS_BUFFER_OVERFLOW,
  STATUS_CANCELLED,
  STATUS_IO_TIMEOUT,
  STATUS_PIPE_BROKEN,
} from "../../src/ffi/constants.ts";
import {
  INVALID_HANDLE_VALUE,
  type NamedPipeParameters,
} from "../../src/ffi/win32_api.ts";
import { Fixture } from "../sim/fixture.ts";
import { FIRST, READ_WRITE } from "../sim/pipe_flags.ts";

const MESSAGES_AS_BYTES = { type: "message", messageMode: false } as const;

Deno.test("createNamedPipe() answers as CreateNamedPipeW", async (t) => {
  const cases: [string, Partial<NamedPipeParameters>, number][] = [
    ["a further instance", {}, 0],
    ["a name in other case", { name: "\\\\.\\PIPE\\N" }, 0],
    ["the first-instance flag", { openMode: FIRST }, 5],
    ["another type", { pipeMode: PIPE_TYPE_MESSAGE }, 5],
    ["another direction", {
      openMode: PIPE_ACCESS_INBOUND | FILE_FLAG_OVERLAPPED,
    }, 5],
    ["no pipe prefix", { name: "n" }, 123],
    ["no name", { name: "\\\\.\\pipe\\" }, 123],
    ["too long a name", { name: `\\\\.\\pipe\\${"n".repeat(248)}` }, 123],
    ["no instances", { maxInstances: 0 }, 87],
    ["message reads of a byte pipe", { pipeMode: PIPE_READMODE_MESSAGE }, 87],
  ];
  for (const [name, changes, code] of cases) {
    await t.step(name, () => {
      const fixture = new Fixture();
      const first = fixture.serve("n");
      const second = fixture.serve("n", changes);
      assertEquals(second === INVALID_HANDLE_VALUE, code !== 0);
      if (code !== 0) assertEquals(fixture.sim.lastError, code);
      fixture.finish(first, ...code === 0 ? [second] : []);
    });
  }
});

Deno.test("createNamedPipe() gives 231 when all instances exist", () => {
  const fixture = new Fixture();
  const only = fixture.serve("n", { maxInstances: 1 });
  assertEquals(fixture.serve("n", { maxInstances: 1 }), INVALID_HANDLE_VALUE);
  assertEquals(fixture.sim.lastError, 231);
  fixture.finish(only);
});

Deno.test("a name lives until both ends of its last instance are closed", () => {
  const fixture = new Fixture();
  const { server, client } = fixture.pair();
  fixture.sim.closeHandle(server);
  assertEquals(fixture.open("pair"), INVALID_HANDLE_VALUE);
  assertEquals(fixture.sim.lastError, 2);
  assertEquals(
    fixture.serve("pair", { openMode: FIRST }),
    INVALID_HANDLE_VALUE,
  );
  assertEquals(fixture.sim.lastError, 5);
  fixture.sim.closeHandle(client);
  fixture.finish(fixture.serve("pair", { openMode: FIRST }));
});

Deno.test("createFile() answers as CreateFileW on pipes", () => {
  const fixture = new Fixture();
  const openMode = PIPE_ACCESS_INBOUND | FILE_FLAG_OVERLAPPED;
  const server = fixture.serve("in", { openMode });
  const outbound = fixture.serve("out", {
    openMode: PIPE_ACCESS_OUTBOUND | FILE_FLAG_OVERLAPPED,
  });
  const refused: [string, number, number][] = [
    ["absent", GENERIC_READ, 2],
    ["in", GENERIC_READ, 5],
    ["in", READ_WRITE, 5],
    ["out", GENERIC_WRITE, 5],
  ];
  for (const [name, access, code] of refused) {
    assertEquals(fixture.open(name, access), INVALID_HANDLE_VALUE);
    assertEquals([name, fixture.sim.lastError], [name, code]);
  }
  const client = fixture.open("in", GENERIC_WRITE);
  assertNotEquals(client, INVALID_HANDLE_VALUE);
  assertEquals(fixture.open("in", GENERIC_WRITE), INVALID_HANDLE_VALUE);
  assertEquals(fixture.sim.lastError, 231);
  assertEquals(fixture.read(client, 0), 5);
  assertEquals(fixture.write(server, 0, "x"), 5);
  fixture.finish(server, outbound, client);
});

Deno.test("connectNamedPipe() tells every state", () => {
  const fixture = new Fixture();
  const server = fixture.serve("n");
  fixture.register(server, 1);
  assertEquals(fixture.listen(server, 0), 997);
  assertEquals(fixture.listen(server, 1), 997);
  assertEquals([fixture.read(server, 2), fixture.write(server, 2, "x")], [
    536,
    536,
  ]);
  const client = fixture.open("n");
  assertEquals(fixture.poll(), [[1, 0, 0, 0], [1, 1, 0, 0]]);
  assertEquals(fixture.listen(server, 0), 535);
  assertEquals(fixture.listen(client, 0), 1);
  fixture.sim.closeHandle(client);
  assertEquals(fixture.listen(server, 0), 232);
  assertEquals(fixture.sim.disconnectNamedPipe(server), 0);
  assertEquals([fixture.read(server, 2), fixture.write(server, 2, "x")], [
    233,
    233,
  ]);
  assertEquals(fixture.listen(server, 0), 997);
  fixture.sim.closeHandle(server);
  assertEquals(fixture.poll(), [[1, 0, STATUS_PIPE_BROKEN, 0]]);
  fixture.finish();
});

Deno.test("a client that came and went before ConnectNamedPipe has left its data", () => {
  const fixture = new Fixture();
  const server = fixture.serve("n");
  fixture.register(server, 1);
  const client = fixture.open("n");
  assertEquals(fixture.write(client, 1, "bye"), 0);
  fixture.sim.closeHandle(client);
  assertEquals(fixture.listen(server, 0), 232);
  assertEquals(fixture.read(server, 2), 0);
  assertEquals(fixture.text(2, 3), "bye");
  assertEquals(fixture.read(server, 2), 109);
  assertEquals(fixture.write(server, 3, "x"), 232);
  fixture.finish(server);
});

Deno.test("disconnectNamedPipe() drops the client and its data", () => {
  const fixture = new Fixture();
  const { server, client } = fixture.pair();
  assertEquals(fixture.read(client, 0), 997);
  assertEquals(fixture.write(client, 1, "lost"), 0);
  fixture.sim.disconnectNamedPipe(server);
  assertEquals(fixture.poll(), [[2, 0, 0xc000_00b0, 0]]);
  assertEquals([fixture.read(client, 0), fixture.write(client, 1, "x")], [
    233,
    233,
  ]);
  assertEquals(fixture.listen(server, 2), 997);
  const next = fixture.open("pair");
  assertEquals(fixture.poll(), [[1, 2, 0, 0]]);
  assertEquals(fixture.read(server, 0), 997);
  fixture.finish(server, client, next);
});

Deno.test("readFile() keeps the rest of a message it had no room for", () => {
  const fixture = new Fixture();
  const { server, client } = fixture.pair({ type: "message" });
  assertEquals(fixture.write(client, 1, "0123456789"), 0);
  assertEquals(fixture.read(server, 2, 4), 234);
  assertEquals(fixture.status(2), [BigInt(STATUS_BUFFER_OVERFLOW), 4n]);
  assertEquals(fixture.sim.peekMessageRemainder(server), 6);
  assertEquals(fixture.poll(), []);
  assertEquals(fixture.read(server, 2, 100), 0);
  assertEquals([fixture.sim.transferred, fixture.text(2, 6)], [6, "456789"]);
  assertEquals(fixture.read(server, 2, 4), 997);
  assertEquals(fixture.read(server, 3, 4), 997);
  assertEquals(fixture.write(client, 1, "0123456789"), 0);
  assertEquals(fixture.poll(), [
    [1, 2, STATUS_BUFFER_OVERFLOW, 4],
    [1, 3, STATUS_BUFFER_OVERFLOW, 4],
  ]);
  fixture.finish(server, client);
});

Deno.test("readFile() of zero bytes takes nothing", () => {
  const fixture = new Fixture();
  const { server, client } = fixture.pair({ type: "message" });
  assertEquals(fixture.read(server, 2, 0), 997);
  fixture.write(client, 1, "hello");
  assertEquals(fixture.poll(), [[1, 2, STATUS_BUFFER_OVERFLOW, 0]]);
  // At once it is a success; Wine warns here, too.
  assertEquals(fixture.read(server, 2, 0), 0);
  assertEquals(fixture.read(server, 2), 0);
  assertEquals(fixture.text(2, 5), "hello");
  // The other direction is read as bytes.
  assertEquals(fixture.read(client, 3, 0), 997);
  fixture.write(server, 1, "hello");
  assertEquals(fixture.poll(), [[2, 3, 0, 0]]);
  assertEquals(fixture.read(client, 3, 0), 0);
  assertEquals(fixture.read(client, 3), 0);
  fixture.finish(server, client);
});

Deno.test("zeroReadOverflow warns of data at an immediate read of zero bytes", () => {
  const fixture = new Fixture({ zeroReadOverflow: true });
  const { server, client } = fixture.pair({ type: "message" });
  fixture.write(client, 1, "hello");
  assertEquals(fixture.read(server, 2, 0), 234);
  assertEquals(fixture.read(server, 2), 0);
  fixture.finish(server, client);
});

Deno.test("an empty message ends one read with 0 bytes", async (t) => {
  for (const messageMode of [true, false]) {
    await t.step(messageMode ? "message mode" : "byte mode", () => {
      const fixture = new Fixture();
      const { server, client } = fixture.pair({ type: "message", messageMode });
      assertEquals(fixture.read(server, 2), 997);
      assertEquals(fixture.write(client, 1, ""), 0);
      assertEquals(fixture.poll(), [[1, 2, 0, 0]]);
      assertEquals(fixture.write(client, 1, ""), 0);
      assertEquals(fixture.read(server, 2), 0);
      assertEquals(fixture.sim.transferred, 0);
      assertEquals(fixture.read(server, 2), 997);
      fixture.finish(server, client);
    });
  }
});

Deno.test("byte-mode reads cross message boundaries", () => {
  const fixture = new Fixture({ swallowEmptyMessages: false });
  const { server, client } = fixture.pair(MESSAGES_AS_BYTES);
  for (const text of ["abc", "de", "", "f", "", ""]) {
    fixture.write(client, 1, text);
  }
  assertEquals(fixture.read(server, 2, 4), 0);
  assertEquals(fixture.text(2, 4), "abcd");
  assertEquals(fixture.read(server, 2), 0);
  assertEquals([fixture.sim.transferred, fixture.text(2, 2)], [2, "ef"]);
  for (const _ of [1, 2]) {
    assertEquals(fixture.read(server, 2), 0);
    assertEquals(fixture.sim.transferred, 0);
  }
  assertEquals(fixture.read(server, 2), 997);
  fixture.finish(server, client);
});

Deno.test("swallowEmptyMessages loses an empty message behind data", () => {
  const fixture = new Fixture({ swallowEmptyMessages: true });
  const { server, client } = fixture.pair(MESSAGES_AS_BYTES);
  for (const text of ["abc", ""]) fixture.write(client, 1, text);
  assertEquals(fixture.read(server, 2), 0);
  assertEquals(fixture.read(server, 2), 997);
  fixture.finish(server, client);
});

Deno.test("zeroReadTakesEmpty decides on a zero-byte read of an empty message", () => {
  const codes = [true, false].map((zeroReadTakesEmpty) => {
    const fixture = new Fixture({ zeroReadTakesEmpty });
    const { server, client } = fixture.pair({ type: "message" });
    fixture.write(client, 1, "");
    assertEquals(fixture.read(server, 2, 0), 0);
    const code = fixture.read(server, 2);
    fixture.finish(server, client);
    return code;
  });
  assertEquals(codes, [997, 0]);
});

Deno.test("an empty write on a byte pipe leaves no trace", () => {
  const fixture = new Fixture();
  const { server, client } = fixture.pair();
  assertEquals(fixture.read(server, 2), 997);
  assertEquals(fixture.write(client, 1, ""), 0);
  assertEquals(fixture.poll(), []);
  assertEquals(fixture.write(client, 1, "abc"), 0);
  assertEquals(fixture.poll(), [[1, 2, 0, 3]]);
  fixture.finish(server, client);
});

Deno.test("writeFile() pends until its last byte is in the quota or read", () => {
  const fixture = new Fixture();
  const { server, client } = fixture.pair({ quota: 4096 });
  assertEquals(fixture.write(client, 1, 10_000), 997);
  assertEquals(fixture.read(server, 2, 4000), 0);
  assertEquals(fixture.poll(), []);
  assertEquals(fixture.read(server, 2, 1904), 0);
  assertEquals(fixture.poll(), [[2, 1, 0, 10_000]]);
  assertEquals(fixture.read(server, 2, 8000), 0);
  assertEquals(fixture.sim.transferred, 4096);
  assertEquals(fixture.write(client, 1, 4096), 0);
  assertEquals(fixture.write(client, 3, 1), 997);
  assertEquals(fixture.read(server, 2, 1), 0);
  assertEquals(fixture.poll(), [[2, 3, 0, 1]]);
  fixture.finish(server, client);
});

Deno.test("data stays readable after its writer closed", () => {
  const fixture = new Fixture();
  const { server, client } = fixture.pair({ quota: 10 });
  fixture.write(client, 1, "0123456789");
  assertEquals(fixture.write(client, 2, "abc"), 997);
  fixture.sim.closeHandle(client);
  assertEquals(fixture.poll(), []);
  assertEquals(fixture.write(server, 3, "x"), 232);
  assertEquals(fixture.read(server, 4, 11), 0);
  assertEquals(fixture.text(4, 11), "0123456789a");
  assertEquals(fixture.poll(), [[2, 2, 0, 3]]);
  assertEquals(fixture.read(server, 4, 11), 0);
  assertEquals(fixture.read(server, 4, 11), 109);
  fixture.finish(server);
});

Deno.test("closedWrites fails the pending writes of a closed handle", () => {
  const fixture = new Fixture({ closedWrites: "fail" });
  const { server, client } = fixture.pair({ quota: 10 });
  fixture.write(client, 1, "0123456789");
  assertEquals(fixture.write(client, 2, "abc"), 997);
  fixture.sim.closeHandle(client);
  assertEquals(fixture.poll(), [[2, 2, STATUS_PIPE_BROKEN, 0]]);
  assertEquals(fixture.read(server, 4), 0);
  assertEquals(fixture.text(4, 10), "0123456789");
  assertEquals(fixture.read(server, 4), 109);
  fixture.finish(server);
});

Deno.test("closing the reader fails reads and writes of both ends", () => {
  const fixture = new Fixture();
  const { server, client } = fixture.pair({ quota: 10 });
  assertEquals(fixture.read(server, 1), 997);
  assertEquals(fixture.read(client, 2), 997);
  fixture.sim.closeHandle(server);
  assertEquals(fixture.poll(), [
    [1, 1, STATUS_PIPE_BROKEN, 0],
    [2, 2, STATUS_PIPE_BROKEN, 0],
  ]);
  fixture.sim.closeHandle(client);
  const next = fixture.pair({ quota: 10 });
  assertEquals(fixture.write(next.client, 1, 11), 997);
  fixture.sim.closeHandle(next.server);
  assertEquals(fixture.poll(), [[2, 1, STATUS_PIPE_BROKEN, 0]]);
  fixture.finish(next.client);
});

Deno.test("cancelIoEx() ends a write and takes its unread bytes back", () => {
  const fixture = new Fixture();
  const { server, client } = fixture.pair({ quota: 4096 });
  assertEquals(fixture.write(client, 1, 10_000), 997);
  assertEquals(fixture.read(server, 2, 5000), 0);
  assertEquals(fixture.sim.cancelIoEx(client, 0n), 0);
  assertEquals(fixture.poll(), [[2, 1, STATUS_CANCELLED, 0]]);
  assertEquals(fixture.read(server, 2), 997);
  assertEquals(fixture.sim.cancelIoEx(server, fixture.overlapped(3)), 1168);
  assertEquals(fixture.sim.cancelIoEx(server, fixture.overlapped(2)), 0);
  assertEquals(fixture.poll(), [[1, 2, STATUS_CANCELLED, 0]]);
  assertEquals(fixture.sim.cancelIoEx(server, 0n), 1168);
  fixture.finish(server, client);
});

Deno.test("setNamedPipeHandleState() and getNamedPipeInfo() agree", () => {
  const fixture = new Fixture();
  const { server, client } = fixture.pair({ type: "message" });
  const info = { messageType: true, instances: 1, maxInstances: 255 };
  assertEquals(fixture.sim.getNamedPipeInfo(client), {
    ...info,
    serverEnd: false,
    messageReadMode: false,
  });
  assertEquals(fixture.sim.setNamedPipeHandleState(client, 2), 0);
  assertEquals(fixture.sim.getNamedPipeInfo(client)?.messageReadMode, true);
  assertEquals(fixture.sim.getNamedPipeInfo(server)?.serverEnd, true);
  assertEquals(fixture.sim.getNamedPipeInfo(fixture.port), null);
  const reader = fixture.serve("byte", {
    openMode: PIPE_ACCESS_OUTBOUND | FILE_FLAG_OVERLAPPED,
  });
  const weak = fixture.open("byte", GENERIC_READ);
  assertEquals(fixture.sim.setNamedPipeHandleState(weak, 0), 5);
  assertEquals(fixture.sim.setNamedPipeHandleState(reader, 2), 87);
  fixture.finish(server, client, reader, weak);
});

Deno.test("FSCTL_PIPE_WAIT waits for a listening instance", () => {
  const fixture = new Fixture();
  const root = fixture.open("", GENERIC_READ);
  fixture.register(root, 9);
  assertEquals(fixture.wait(root, 0, { name: "pair", timeout: 100 }), 2);
  const { server, client } = fixture.pair();
  assertEquals(fixture.wait(root, 0, { name: "PAIR", timeout: 100 }), 997);
  fixture.sim.advance(99);
  assertEquals(fixture.poll(), []);
  fixture.sim.advance(1);
  assertEquals(fixture.poll(), [[9, 0, STATUS_IO_TIMEOUT, 0]]);
  assertEquals(fixture.wait(root, 0, { name: "pair" }), 997);
  assertEquals(fixture.poll(60), [[9, 0, STATUS_IO_TIMEOUT, 0]]);
  assertEquals(fixture.sim.now, 150);
  assertEquals(fixture.wait(root, 0, { name: "pair", timeout: 100 }), 997);
  assertEquals(fixture.wait(root, 1, { name: "pair", timeout: 100 }), 997);
  const second = fixture.serve("pair");
  assertEquals(fixture.poll(), [[9, 0, 0, 0], [9, 1, 0, 0]]);
  assertEquals(fixture.wait(root, 0, { name: "pair", timeout: 100 }), 0);
  fixture.sim.closeHandle(second);
  assertEquals(fixture.wait(root, 0, { name: "pair", timeout: 100 }), 997);
  assertEquals(fixture.sim.cancelIoEx(root, fixture.overlapped(0)), 0);
  assertEquals(fixture.poll(), [[9, 0, STATUS_CANCELLED, 0]]);
  assertEquals(fixture.wait(root, 0, { name: "pair", timeout: 100 }), 997);
  fixture.sim.closeHandle(server);
  fixture.sim.closeHandle(client);
  assertEquals(fixture.poll(), []);
  const again = fixture.serve("pair");
  assertEquals(fixture.poll(), [[9, 0, 0, 0]]);
  fixture.finish(root, again);
});

Deno.test("FSCTL_PIPE_WAIT refuses what is no whole FILE_PIPE_WAIT_FOR_BUFFER", () => {
  const fixture = new Fixture();
  const root = fixture.open("", GENERIC_READ);
  fixture.register(root, 9);
  const server = fixture.serve("n");
  const wait = (size: number, nameLength: number): number => {
    const input = new Uint8Array(size);
    const view = new DataView(input.buffer);
    view.setUint32(8, nameLength, true);
    if (size >= 16) view.setUint16(14, 0x6e, true);
    const overlapped = fixture.overlapped(0);
    return fixture.sim.fsControl(root, FSCTL_PIPE_WAIT, input, overlapped);
  };
  assertEquals(wait(16, 2), 0);
  assertEquals(wait(15, 0), 87); // less than the structure with its padding
  assertEquals(wait(16, 4), 87); // a name behind the end
  assertEquals(wait(16, 1), 87); // half a character
  fixture.finish(root, server);
});
