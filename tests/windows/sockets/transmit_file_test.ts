import { assert, assertEquals } from "@std/assert";
import {
  ERROR_IO_PENDING,
  FILE_FLAG_OVERLAPPED,
  FILE_SHARE_READ,
  GENERIC_READ,
} from "../../../src/ffi/constants.ts";
import { encodeHandle } from "../../../src/ffi/socket/structs.ts";
import { OVERLAPPED_OFFSET } from "../../../src/ffi/structs.ts";
import { INVALID_HANDLE_VALUE } from "../../../src/ffi/win32_api.ts";
import { Bench, sockets, test, win32 } from "./_bench.ts";

/** A file that every Windows has and anyone may read. */
const FILE = "C:\\Windows\\System32\\kernel32.dll";

test.eachMode(
  "transmitFile() sends a part of a file from an offset",
  (bench, options) => {
    const { client, server } = bench.pair(options);
    const file = openFile();
    const overlapped = bench.overlapped();
    win32.copyIn(overlapped + BigInt(OVERLAPPED_OFFSET), encodeHandle(2n));
    const code = sockets.transmitFile(client, {
      file,
      length: 100,
      perSend: 0,
      buffers: 0n,
      flags: 0,
    }, overlapped);
    if (code !== 0 || !options.skip) {
      assertEquals(bench.succeed({ overlapped, code }), 100);
    }
    bench.readable(server);
    const received = bench.recv(server, 200);
    assertEquals([received.code, received.transferred], [0, 100]);
    assertEquals(bench.bytes(received.address, 100), readFile(bench, file, 2));
    win32.closeHandle(file);
  },
);

Deno.test("transmitFile() fails at once for what is no file, without a packet", () => {
  using bench = new Bench();
  const { client } = bench.pair();
  const code = sockets.transmitFile(client, {
    file: 0x12344n,
    length: 0,
    perSend: 0,
    buffers: 0n,
    flags: 0,
  }, bench.overlapped());
  assert(code !== 0 && code !== ERROR_IO_PENDING, `${code}`);
  bench.silent();
});

function openFile() {
  const file = win32.createFile({
    name: FILE,
    access: GENERIC_READ,
    shareMode: FILE_SHARE_READ,
    flags: FILE_FLAG_OVERLAPPED,
  });
  assert(file !== INVALID_HANDLE_VALUE, `${win32.lastError}`);
  return file;
}

function readFile(bench: Bench, file: bigint, offset: number) {
  const overlapped = bench.overlapped();
  const start = encodeHandle(BigInt(offset));
  win32.copyIn(overlapped + BigInt(OVERLAPPED_OFFSET), start);
  const address = bench.memory(100);
  bench.associate(file, { skip: false });
  const code = win32.readFile(file, address, 100, overlapped);
  assertEquals(bench.succeed({ overlapped, code }), 100);
  return bench.bytes(address, 100);
}
