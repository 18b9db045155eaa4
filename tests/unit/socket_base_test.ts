/** What a socket is below the layers of other makers. */

import { assertEquals } from "@std/assert";
import { baseSocket } from "../../src/ffi/socket/afd.ts";
import type { SocketApi } from "../../src/ffi/socket/api.ts";
import {
  SIO_BASE_HANDLE,
  SIO_BSP_HANDLE_POLL,
  WSAEOPNOTSUPP,
} from "../../src/ffi/socket/constants.ts";
import { INVALID_HANDLE_VALUE } from "../../src/ffi/win32_api.ts";

const SOCKET = 8n;
const BELOW = 12n;
const WSAEINVAL = 10022;

/** A Winsock that answers these questions, and refuses the others. */
function layered(
  answers: Map<string, bigint>,
  refusal: (code: number) => number,
) {
  const api = {
    lastError: 0,
    wsaIoctl(socket: bigint, code: number, _in: Uint8Array, out: Uint8Array) {
      const answer = answers.get(`${socket} ${code}`);
      if (answer === undefined) return api.lastError = refusal(code);
      new DataView(out.buffer).setBigUint64(0, answer, true);
      return 0;
    },
  };
  return api as unknown as SocketApi;
}

/** The code of the question that counts differs from that of the others. */
const differing = (code: number) =>
  code === SIO_BASE_HANDLE ? WSAEOPNOTSUPP : WSAEINVAL;

Deno.test("baseSocket() that fails has the error of its own question", () => {
  const api = layered(new Map(), differing);
  assertEquals(baseSocket(api, SOCKET), INVALID_HANDLE_VALUE);
  assertEquals(api.lastError, WSAEOPNOTSUPP);
});

Deno.test("baseSocket() looks below a layer that hides it", () => {
  const answers = new Map([
    [`${SOCKET} ${SIO_BSP_HANDLE_POLL}`, BELOW],
    [`${BELOW} ${SIO_BASE_HANDLE}`, BELOW],
  ]);
  assertEquals(baseSocket(layered(answers, differing), SOCKET), BELOW);
});
