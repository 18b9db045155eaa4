import { portOf } from "../../../src/proactor/default_port.ts";
import { assertEquals } from "@std/assert";
import { test } from "../_setup.ts";
import { soon, until } from "../_turns.ts";
import { connectTcp, TcpListener } from "../../../src/net/mod.ts";
import { defaultSockets } from "../../../src/ffi/socket/default.ts";
import { assertConnected } from "../_connections.ts";
import { LOCAL } from "./_tcp.ts";

test.eachMode("accepts that fail are reported and armed again", async (proactor) => {
  for (const code of [59, 64, 10054, 10055]) {
    const errors: unknown[] = [];
    using _faults = failAccepts(code, 8);
    await using listener = TcpListener.listen({
      ...LOCAL,
      accepts: 2,
      proactor,
      onError: (error) => errors.push(Reflect.get(error as Error, "winerror")),
    });
    await until(() => errors.length === 8);
    assertEquals(new Set(errors), new Set([code]));
    using client = await connectTcp({ ...listener.addr, proactor });
    using served = await soon(listener.accept());
    await assertConnected({ client, served });
  }
});

test.proactor("a close during the pause after a failure ends it", async (proactor) => {
  using faults = failAccepts(10055, Infinity);
  const listener = TcpListener.listen({ ...LOCAL, proactor, onError() {} });
  await until(() => faults.calls >= 8);
  await soon(listener.shutdown());
});

test.proactor("an onError that throws harms nobody", async (proactor) => {
  const reports: unknown[] = [];
  portOf(proactor).report = (error) => reports.push(error);
  using _faults = failAccepts(64, 1);
  await using listener = TcpListener.listen({
    ...LOCAL,
    accepts: 1,
    proactor,
    onError() {
      throw new Error("handler");
    },
  });
  await until(() => reports.length === 1);
  using client = await connectTcp({ ...listener.addr, proactor });
  using served = await soon(listener.accept());
  assertEquals(served.remoteAddr, client.localAddr);
});

/** Lets as many accepts fail as are asked for. */
function failAccepts(code: number, count: number) {
  const sockets = defaultSockets();
  const acceptEx = sockets.acceptEx.bind(sockets);
  const faults = {
    calls: 0,
    [Symbol.dispose]: () => void Reflect.deleteProperty(sockets, "acceptEx"),
  };
  sockets.acceptEx = (...args) =>
    faults.calls++ < count ? code : acceptEx(...args);
  return faults;
}
