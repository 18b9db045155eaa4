/**
 * `ProcessSocketNotifications`: readiness of sockets as packets of a completion
 * port, in Windows 11 and Windows Server 2022.
 *
 * @module
 */

const SOCK_NOTIFY_REGISTER_EVENT_IN = 0x01;
const SOCK_NOTIFY_OP_ENABLE = 0x01;
const SOCK_NOTIFY_TRIGGER_ONESHOT = 0x01;
const SOCK_NOTIFY_TRIGGER_LEVEL = 0x04;
const INVALID_HANDLE_VALUE = 0xffff_ffff_ffff_ffffn;
const TIMEOUT = 5000;

/**
 * Opens a port of its own for notifications.
 *
 * @returns Waits until a socket can be read; `undefined` where Windows does not
 * have the function.
 */
export function socketNotifications(): ((socket: bigint) => void) | undefined {
  const { ProcessSocketNotifications } = Deno.dlopen("ws2_32.dll", {
    ProcessSocketNotifications: {
      parameters: ["usize", "u32", "buffer", "u32", "u32", "buffer", "buffer"],
      result: "u32",
      optional: true,
    },
  }).symbols;
  if (ProcessSocketNotifications === null) return undefined;
  const { CreateIoCompletionPort } = Deno.dlopen("kernel32.dll", {
    CreateIoCompletionPort: {
      parameters: ["usize", "usize", "usize", "u32"],
      result: "usize",
    },
  }).symbols;
  const port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, 0n, 0n, 1);
  const entry = new Uint8Array(32); // OVERLAPPED_ENTRY
  const received = new Uint8Array(4);
  return (socket) => {
    const code = ProcessSocketNotifications(
      port,
      1,
      registration(socket),
      TIMEOUT,
      1,
      entry,
      received,
    );
    if (code !== 0) {
      throw new Error(`ProcessSocketNotifications failed: ${code}`);
    }
  };
}

/** A SOCK_NOTIFY_REGISTRATION: one packet when there is something to read. */
function registration(socket: bigint): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(24);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, socket, true);
  view.setUint16(16, SOCK_NOTIFY_REGISTER_EVENT_IN, true);
  view.setUint8(18, SOCK_NOTIFY_OP_ENABLE);
  view.setUint8(19, SOCK_NOTIFY_TRIGGER_ONESHOT | SOCK_NOTIFY_TRIGGER_LEVEL);
  return bytes;
}
