/**
 * "Does Windows have kqueue?": one event of each of kqueue's filters, all as
 * packets of one completion port.
 *
 *     deno run --allow-ffi --allow-read --allow-write examples/iocp/filters.ts
 *
 * @module
 */

import { IocpProactor } from "@iocp/proactor";
import { openFile, watchDirectory } from "@iocp/proactor/file";
import { callSoonThreadsafe, ProactorEventLoop } from "@iocp/proactor/loop";
import {
  createSocket,
  TcpListener,
  waitReadable,
  waitWritable,
} from "@iocp/proactor/net";
import { subprocessExec } from "@iocp/proactor/process";

const LOCAL = { family: "IPv4", hostname: "127.0.0.1", port: 0 } as const;

const { CreateWaitableTimerW, SetWaitableTimer } = Deno.dlopen("kernel32.dll", {
  CreateWaitableTimerW: {
    parameters: ["buffer", "i32", "buffer"],
    result: "usize",
  },
  SetWaitableTimer: {
    parameters: ["usize", "buffer", "i32", "usize", "usize", "i32"],
    result: "i32",
  },
}).symbols;

const proactor = new IocpProactor();
await using loop = new ProactorEventLoop({ proactor });
const folder = await Deno.makeTempDir();

/** Runs one event, and tells how many packets came meanwhile. */
async function report(filter: string, how: string, event: () => unknown) {
  const before = proactor.metrics().packets;
  await event();
  const packets = proactor.metrics().packets - before;
  console.log(`${filter.padEnd(13)} packets: ${packets}  ${how}`);
}

await report("EVFILT_READ", "IOCTL_AFD_POLL: a datagram", async () => {
  using socket = createSocket({ type: "datagram" });
  socket.bind(LOCAL);
  const readable = waitReadable(socket, { proactor });
  await proactor.sendTo(socket, new Uint8Array(1), socket.localAddr!);
  await readable;
});

await using listener = TcpListener.listen({ ...LOCAL, proactor });
await report("EVFILT_WRITE", "IOCTL_AFD_POLL: a connected socket", async () => {
  using socket = createSocket({ type: "stream" });
  await proactor.connect(socket, { ...LOCAL, port: listener.addr.port });
  await waitWritable(socket, { proactor });
});

await report("EVFILT_TIMER", "a waitable timer, by RegisterWait", async () => {
  const timer = CreateWaitableTimerW(null, 0, null);
  const due = new Uint8Array(new BigInt64Array([-200_000n]).buffer); // 20 ms
  const wait = proactor.waitForHandle(timer);
  SetWaitableTimer(timer, due, 0, 0n, 0n, 0);
  await wait;
});

await report(
  "EVFILT_PROC",
  "the end of a process, by RegisterWait",
  async () => {
    await using child = await subprocessExec("cmd.exe", {
      args: ["/d", "/c", "exit"],
      proactor,
    });
    await child.status;
  },
);

await report("EVFILT_VNODE", "ReadDirectoryChangesW", async () => {
  await using watcher = await watchDirectory(folder, { proactor });
  const event = watcher.next();
  await Deno.writeTextFile(`${folder}/new.txt`, "hello");
  await event;
});

await report("EVFILT_AIO", "an overlapped ReadFile", async () => {
  await using file = await openFile(`${folder}/new.txt`, { proactor });
  await file.read(new Uint8Array(5), { at: 0 });
});

await report("EVFILT_USER", "PostQueuedCompletionStatus", async () => {
  const called = Promise.withResolvers<void>();
  const remote = loop.exportCallback(() => called.resolve());
  callSoonThreadsafe(remote.token);
  await loop.runUntilComplete(called.promise);
  remote.close();
});

console.log(
  "EVFILT_SIGNAL none        console events come on a thread of their own",
);
await Deno.remove(folder, { recursive: true });
