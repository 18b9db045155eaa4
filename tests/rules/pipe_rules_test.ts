/**
 * What Windows does with pipes, and Wine only with the rules of this folder.
 *
 * @module
 */

import { assertEquals, assertNotEquals } from "@std/assert";
import {
  ERROR_ACCESS_DENIED,
  ERROR_IO_PENDING,
  FILE_FLAG_OVERLAPPED,
  GENERIC_READ,
  MEM_COMMIT,
  MEM_RELEASE,
  MEM_RESERVE,
  PIPE_TYPE_MESSAGE,
} from "../../src/ffi/constants.ts";
import { NativeWin32 } from "../../src/ffi/native_win32.ts";
import {
  type Handle,
  INVALID_HANDLE_VALUE,
  type NamedPipeParameters,
} from "../../src/ffi/win32_api.ts";
import { uniquePipeName } from "../windows/_pipes.ts";
import { DUPLEX, FIRST, READ_WRITE } from "../sim/pipe_flags.ts";

/** Calls of the seam, each with memory of its own. */
class Calls implements Disposable {
  readonly api = new NativeWin32();
  readonly path = uniquePipeName();
  readonly #memory = this.api.virtualAlloc(
    0n,
    65_536,
    MEM_RESERVE | MEM_COMMIT,
  );
  readonly #handles: Handle[] = [];
  #slots = 0n;

  create(changes: Partial<NamedPipeParameters> = {}): Handle {
    return this.#kept(this.api.createNamedPipe({
      name: this.path,
      openMode: DUPLEX,
      pipeMode: 0,
      maxInstances: 255,
      outBufferSize: 4096,
      inBufferSize: 4096,
      securityDescriptor: 0n,
      ...changes,
    }));
  }

  open(access = READ_WRITE): Handle {
    const flags = FILE_FLAG_OVERLAPPED;
    return this.#kept(
      this.api.createFile({ name: this.path, access, shareMode: 0, flags }),
    );
  }

  read(handle: Handle, length: number): [code: number, bytes: number] {
    const slot = this.#slot();
    const code = this.api.readFile(handle, slot + 64n, length, slot);
    return [code, code === 0 ? this.api.transferred : 0];
  }

  write(handle: Handle, length: number): number {
    const slot = this.#slot();
    return this.api.writeFile(handle, slot + 64n, length, slot);
  }

  [Symbol.dispose](): void {
    for (const handle of this.#handles) this.api.closeHandle(handle);
    this.api.virtualFree(this.#memory, 0, MEM_RELEASE);
  }

  #kept(handle: Handle): Handle {
    if (handle !== INVALID_HANDLE_VALUE) this.#handles.push(handle);
    return handle;
  }

  #slot(): bigint {
    return this.#memory + 1024n * this.#slots++;
  }
}

Deno.test("a byte-mode read with room left takes the empty messages behind its data", () => {
  using calls = new Calls();
  const server = calls.create({ pipeMode: PIPE_TYPE_MESSAGE });
  const client = calls.open();
  for (const length of [3, 0, 0]) {
    assertEquals(calls.write(server, length), 0);
  }
  assertEquals(calls.read(client, 100), [0, 3]);
  assertEquals(calls.read(client, 100), [ERROR_IO_PENDING, 0]);
});

Deno.test("a byte-mode read that is filled leaves the empty message behind its data", () => {
  using calls = new Calls();
  const server = calls.create({ pipeMode: PIPE_TYPE_MESSAGE });
  const client = calls.open();
  for (const length of [3, 0]) assertEquals(calls.write(server, length), 0);
  assertEquals(calls.read(client, 3), [0, 3]);
  assertEquals(calls.read(client, 100), [0, 0]);
});

Deno.test("FILE_FLAG_FIRST_PIPE_INSTANCE is refused when the pipe exists", () => {
  using calls = new Calls();
  calls.create({ openMode: FIRST, maxInstances: 2 });
  for (let i = 0; i < 2; i++) {
    const again = calls.create({ openMode: FIRST, maxInstances: 2 });
    assertEquals(again, INVALID_HANDLE_VALUE);
    assertEquals(calls.api.lastError, ERROR_ACCESS_DENIED);
    if (i === 0) calls.create({ maxInstances: 2 });
  }
});

Deno.test("a further instance needs the right to create one, on the list of the first", () => {
  using calls = new Calls();
  const withoutRight = `D:P(A;;0x12019b;;;WD)`;
  const all = "D:P(A;;FA;;;WD)";
  const lists = [withoutRight, all].map((sddl) =>
    calls.api.convertStringSecurityDescriptor(sddl)
  );
  const [narrow, wide] = lists as [bigint, bigint];
  assertNotEquals(
    calls.create({ securityDescriptor: narrow }),
    INVALID_HANDLE_VALUE,
  );
  const again = calls.create({ securityDescriptor: wide });
  assertEquals(again, INVALID_HANDLE_VALUE);
  assertEquals(calls.api.lastError, ERROR_ACCESS_DENIED);
  assertNotEquals(calls.open(), INVALID_HANDLE_VALUE);
  for (const list of lists) calls.api.localFree(list);
});

Deno.test("a client is refused rights that the list does not grant", () => {
  using calls = new Calls();
  const list = calls.api.convertStringSecurityDescriptor("D:P(A;;FR;;;WD)");
  calls.create({ securityDescriptor: list });
  assertEquals(calls.open(), INVALID_HANDLE_VALUE);
  assertEquals(calls.api.lastError, ERROR_ACCESS_DENIED);
  assertNotEquals(calls.open(GENERIC_READ), INVALID_HANDLE_VALUE);
  calls.api.localFree(list);
});
