/** Pipes, files and children: whose arrays are whose. */

import { assertEquals } from "@std/assert";
import {
  type IocpProactor,
  type PipeConnection,
  PipeServer,
  type PipeServerOptions,
  toNodeDuplex,
  type Transport,
} from "../../mod.ts";
import { test } from "./_setup.ts";
import { decode, encode } from "./_bytes.ts";
import { connectedPair, uniquePipeName } from "./_pipes.ts";
import { soon } from "./_turns.ts";
import {
  openFile,
  type OpenFileOptions,
  type OverlappedFile,
} from "../../src/file/mod.ts";
import { subprocessExec } from "../../src/process/mod.ts";
import { openPipeTransport } from "../../src/pipe/pipe_protocol.ts";
import { HOSTILE } from "../unit/_hostile.ts";
import {
  each,
  type Hostile,
  hostileTest,
  readAll,
  type Received,
  STREAM_SIZES,
} from "./_hostile.ts";
import { Folder, SCRATCH } from "./file/_files.ts";
import "./process/_process.ts";

type Write<T> = (target: T, arrays: Hostile[]) => Promise<unknown>;

function overPipe(
  write: Write<PipeConnection>,
  { type = "byte" }: PipeServerOptions = {},
) {
  const run = async (arrays: Hostile[], proactor: IocpProactor) => {
    const client = { readMode: type };
    await using pair = await connectedPair(proactor, { type }, client);
    const written = write(pair.client, arrays);
    const parts = await readAll(pair.served);
    await soon(written);
    return parts;
  };
  return { run };
}

const writeAll: Write<PipeConnection> = (end, arrays) =>
  Promise.all(each(arrays, (data) => end.write(data)));

hostileTest("PipeConnection.write()", overPipe(writeAll));

hostileTest(
  "PipeConnection.write() of messages",
  overPipe(writeAll, { type: "message" }),
);

hostileTest(
  "PipeConnection.writable",
  overPipe((end, arrays) => {
    const writer = end.writable.getWriter();
    return Promise.all(each(arrays, (data) => writer.write(data)));
  }),
);

hostileTest(
  "the node duplex of a pipe",
  overPipe(async (end, arrays) => {
    const duplex = await toNodeDuplex(end);
    each(arrays, (data) => duplex.write(data));
    await new Promise<void>((resolve) => duplex.end(resolve));
    duplex.destroy();
  }),
);

// --- transports --------------------------------------------------------------

function overTransport(write: (to: Transport, arrays: Hostile[]) => void) {
  const run = async (arrays: Hostile[], proactor: IocpProactor) => {
    const path = uniquePipeName();
    await using server = PipeServer.listen(path, { type: "byte", proactor });
    const accepted = server.accept();
    const [transport] = await openPipeTransport(() => ({}), path, { proactor });
    const served = await soon(accepted);
    write(transport, arrays);
    const parts = await readAll(served);
    transport.close();
    served.abort();
    return parts;
  };
  return { run };
}

hostileTest(
  "Transport.write()",
  overTransport((to, arrays) => void each(arrays, (data) => to.write(data))),
);

hostileTest(
  "Transport.writeLines()",
  overTransport((to, arrays) => {
    to.writeLines(arrays.map(({ data }) => data));
    for (const { spoil } of arrays) spoil();
  }),
);

// --- files -------------------------------------------------------------------

function inFile(write: Write<OverlappedFile>, options: OpenFileOptions = {}) {
  const run = async (arrays: Hostile[], proactor: IocpProactor) => {
    using folder = new Folder();
    const settings = { ...SCRATCH, ...options, proactor };
    await using file = await openFile(folder.file("x"), settings);
    await soon(write(file, arrays));
    return await contentsOf(file);
  };
  return { run };
}

async function contentsOf(file: OverlappedFile): Promise<Received> {
  const parts: Received = [];
  let at = 0;
  for (const size of STREAM_SIZES) {
    const part = new Uint8Array(size);
    assertEquals(await file.read(part, { at }), size);
    parts.push(part);
    at += size;
  }
  return parts;
}

const writeInOrder: Write<OverlappedFile> = (file, arrays) =>
  Promise.all(each(arrays, (data) => file.write(data)));

hostileTest("OverlappedFile.write() behind others", inFile(writeInOrder));

hostileTest(
  "OverlappedFile.write() to the end",
  inFile(writeInOrder, { append: true }),
);

hostileTest(
  "OverlappedFile.write() at a position",
  inFile((file, arrays) => {
    let end = 0;
    const places = STREAM_SIZES.map((size) => (end += size) - size);
    return Promise.all(
      each(arrays, (data) => file.write(data, { at: places.shift()! })),
    );
  }),
);

for (const append of [false, true]) {
  const write: Write<OverlappedFile> = (file, arrays) => {
    const writer = file.writable.getWriter();
    return Promise.all(each(arrays, (data) => writer.write(data)));
  };
  hostileTest(
    `OverlappedFile.writable, append ${append}`,
    inFile(write, { append }),
  );
}

for (const at of [undefined, 0]) {
  test.proactor(`OverlappedFile.write(${at}) of 9 MiB leaves the array to its owner`, async (proactor) => {
    using folder = new Folder();
    const options = { ...SCRATCH, proactor };
    await using file = await openFile(folder.file("x"), options);
    const data = new Uint8Array(9 << 20).fill(1);
    const written = file.write(data, at === undefined ? {} : { at });
    data.fill(2);
    assertEquals(await soon(written), data.length);
    await file.read(data, { at: 0 });
    assertEquals(data.findIndex((byte) => byte !== 1), -1);
  });
}

// --- children ----------------------------------------------------------------

/** Lines that are sorted already. */
const LINES = Array.from(
  { length: 3 },
  (_, part) =>
    Array.from({ length: 3000 }, (_, i) => `${part} ${10_000 + i}\r\n`).join(
      "",
    ),
);

/** A process each: three kinds are enough. */
const KINDS = [
  "an array whose slice is a view",
  "shared memory",
  "an array that shrinks",
];

for (const kind of KINDS) {
  const make = HOSTILE[kind]!;
  test.proactor(`stdin of a child leaves ${kind} to its owner`, async (proactor) => {
    const options = { stdin: "piped", stdout: "piped", proactor } as const;
    const child = await subprocessExec("sort.exe", options);
    const writer = child.stdin.getWriter();
    const arrays = LINES.map((text) => make(encode(text)));
    const written = each(arrays, (data) => writer.write(data));
    const closed = writer.close();
    const output = await soon(new Response(child.stdout).bytes());
    await soon(Promise.all([...written, closed]));
    assertEquals(decode(output) === LINES.join(""), true);
    await soon(child.status);
  });
}
