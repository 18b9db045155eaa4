import { portOf } from "../../src/proactor/default_port.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";
import type { IocpProactor } from "../../mod.ts";
import { test } from "./_setup.ts";
import { decode, encode } from "./_bytes.ts";
import { closeBehindBack } from "./_handles.ts";
import { createInstance, uniquePipeName } from "./_pipes.ts";
import { soon } from "./_turns.ts";
import { createSocket } from "../../src/net/mod.ts";
import {
  FILE_FLAG_OVERLAPPED,
  GENERIC_READ,
  GENERIC_WRITE,
} from "../../src/ffi/constants.ts";
import { defaultSockets } from "../../src/ffi/socket/default.ts";
import type { Handle } from "../../src/ffi/win32_api.ts";

defaultSockets();

const ATTEMPTS = 100;
const TRIES = 20;

/** Something else of the process took a value before it came again. */
class ValueTaken extends Error {}

/** Runs it with other ends where their values are taken by something else. */
async function untilReused(body: () => Promise<void>): Promise<void> {
  for (let tries = 1;; tries++) {
    try {
      return await body();
    } catch (error) {
      if (!(error instanceof ValueTaken) || tries === TRIES) throw error;
    }
  }
}

/** Two bare ends of a pipe. */
type Ends = [server: Handle, client: Handle];

function open(proactor: IocpProactor): Ends {
  const name = uniquePipeName();
  const server = createInstance(proactor, name);
  const client = portOf(proactor).api.createFile({
    name,
    access: (GENERIC_READ | GENERIC_WRITE) >>> 0,
    shareMode: 0,
    flags: FILE_FLAG_OVERLAPPED,
  });
  return [server, client];
}

/** Closes ends behind the library's back until another one has the value. */
function replace(proactor: IocpProactor, [server, client]: Ends): Ends {
  closeBehindBack(client);
  closeBehindBack(server);
  const others: Ends[] = [];
  for (let i = 0; i < ATTEMPTS; i++) {
    const ends = open(proactor);
    if (ends[0] === server) {
      others.flat().forEach(closeBehindBack);
      return ends;
    }
    others.push(ends);
  }
  others.flat().forEach(closeBehindBack);
  throw new ValueTaken(`The value ${server} was not reused`);
}

test.eachMode("reads and writes of a reused value end", async (proactor) => {
  const reuse = async () => {
    let ends = open(proactor);
    const read = proactor.recv(ends[0], 10);
    await soon(proactor.send(ends[1], encode("first")));
    assertEquals(decode(await soon(read)), "first");
    ends = replace(proactor, ends);
    const next = proactor.recv(ends[0], 10);
    await soon(proactor.send(ends[1], encode("hello")));
    assertEquals(decode(await soon(next)), "hello");
    await soon(proactor.send(ends[0], encode("back")));
    assertEquals(decode(await soon(proactor.recv(ends[1], 10))), "back");
    proactor.closeHandle(ends[0]);
    proactor.closeHandle(ends[1]);
  };
  for (let i = 0; i < 10; i++) await untilReused(reuse);
});

test.eachMode("what was pending before ends as well", (proactor) =>
  untilReused(async () => {
    let ends = open(proactor);
    const before = proactor.recv(ends[0], 10);
    const ended = before.then(() => {}, () => {});
    ends = replace(proactor, ends);
    const read = proactor.recv(ends[0], 10);
    await soon(ended);
    assert(before.done());
    await soon(proactor.send(ends[1], encode("hello")));
    assertEquals(decode(await soon(read)), "hello");
    proactor.closeHandle(ends[0]);
    proactor.closeHandle(ends[1]);
  }));

/** A pipe one of whose ends has the value that a socket had. */
function pipeForSocket(proactor: IocpProactor): Ends {
  const socket = createSocket({ type: "datagram" }).detach();
  proactor.register(socket);
  const { api } = portOf(proactor);
  // What takes values between is closed before, so that the pipe gets it.
  api.closeHandle(socket);
  const others: Handle[] = [];
  let ends = open(proactor);
  while (!ends.includes(socket) && others.length < ATTEMPTS) {
    others.push(...ends);
    ends = open(proactor);
  }
  others.forEach(closeBehindBack);
  if (ends.includes(socket)) return ends;
  ends.forEach(closeBehindBack);
  throw new ValueTaken(`The value ${socket} was not reused`);
}

test.eachMode("a pipe that has a socket's value is a pipe", (proactor) =>
  untilReused(async () => {
    const ends = pipeForSocket(proactor);
    const read = proactor.recv(ends[0], 10);
    await soon(proactor.send(ends[1], encode("hello")));
    assertEquals(decode(await soon(read)), "hello");
    proactor.closeHandle(ends[0]);
    proactor.closeHandle(ends[1]);
  }));

test.proactor("a value that nobody has any more is refused", (proactor) => {
  const [server, client] = open(proactor);
  proactor.register(server);
  closeBehindBack(server);
  const { BadResource } = Deno.errors;
  assertThrows(() => proactor.recv(server, 1), BadResource);
  assertThrows(() => proactor.send(server, encode("a")), BadResource);
  assertThrows(() => proactor.closeHandle(server), BadResource);
  proactor.closeHandle(client);
});
