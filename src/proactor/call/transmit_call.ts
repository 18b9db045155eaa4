/**
 * `TransmitFile` as an overlapped call.
 *
 * @module
 */

import { encodeOffset } from "../../ffi/file/structs.ts";
import {
  OVERLAPPED_INTERNAL_HIGH,
  OVERLAPPED_OFFSET,
} from "../../ffi/structs.ts";
import { OutU32 } from "../../ffi/out_parameters.ts";
import type { FileRange } from "./file_to_send.ts";
import type { OverlappedCall } from "../future/overlapped_future.ts";
import { checkSocket, type SocketTarget } from "./socket_calls.ts";

/**
 * `TransmitFile`. Windows reads the file, so no buffer is needed; the offset is
 * in the OVERLAPPED.
 *
 * @param target A connected stream socket.
 * @param piece A part of an overlapped file; not empty, which would mean all.
 * @returns The call; its result is the number of bytes.
 */
export function transmitCall(
  target: SocketTarget,
  { file, offset, length }: FileRange,
): OverlappedCall<number> {
  const { api, sockets, socket } = target;
  const parameters = { file, length, perSend: 0, buffers: 0n, flags: 0 };
  return {
    size: 0,
    transferred: ({ address }) => {
      const bytes = new OutU32();
      api.copyOut(bytes.bytes, address + BigInt(OVERLAPPED_INTERNAL_HIGH));
      return bytes.value;
    },
    start: ({ address }) => {
      const at = address + BigInt(OVERLAPPED_OFFSET);
      api.copyIn(at, encodeOffset(offset));
      return sockets.transmitFile(socket, parameters, address);
    },
    finish: (end) => {
      const call = { syscall: "TransmitFile", action: "Cannot send file" };
      checkSocket(target, end, call);
      return end.bytes;
    },
  };
}
