/** Whatever a protocol throws, its connection ends, and with an error. */

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { stub } from "@std/testing/mock";
import { isWindowsError } from "../../src/ffi/windows_error.ts";
import { isInstance, logError, toError } from "../../src/ffi/thrown.ts";
import { DatagramChannelTransport } from "../../src/net/udp/datagram_channel_transport.ts";
import { ownerOf } from "../../src/proactor/proactor_parts.ts";
import { outcome, test } from "./_helpers.ts";
import { bytes } from "./_bytes.ts";
import { Recorder, rig } from "./_recorder.ts";
import { addressOf, bound, connections, MemoryFile } from "./_sockets.ts";
import { thrownValues } from "./_thrown.ts";

const VALUES = Object.entries(thrownValues());

function assertMadeOf(error: unknown, value: unknown): void {
  assertInstanceOf(error, Error);
  assert(Object.is(error.cause, value), "the value is the cause");
}

class Thrower extends Recorder {
  constructor(event: string, value: unknown) {
    super();
    this.on = (name) => {
      if (name.startsWith(event)) throw value;
    };
  }
}

for (const [name, value] of VALUES) {
  for (const event of ["made", "data", "eof", "lost", "pause"]) {
    test.world(`a protocol that throws ${name} at "${event}" loses its connection`, async (world) => {
      const protocol = new Thrower(event, value);
      const { transport, peer } = rig(world, { quota: 16 }, protocol);
      if (event === "pause") transport.write(new Uint8Array(1 << 20));
      else if (event !== "made") {
        await world.proactor.send(peer, bytes("abc"));
      }
      world.close(peer);
      await transport.finished;
      assertEquals(protocol.log.at(-1), "lost");
      if (event === "lost") assertEquals(protocol.error, null);
      else assertMadeOf(protocol.error, value);
      assert(world.errors.some((error) => Object.is(error, value)));
      world.takeReports();
    });
  }

  test.world(`a datagram protocol that throws ${name} at connectionMade() is closed`, async (world) => {
    const handle = bound(world, "datagram");
    let lost: Error | null = null;
    const transport = new DatagramChannelTransport({
      port: world.port,
      sockets: world.sim.sockets,
      handle: ownerOf(world.port, handle, "receive"),
      rules: { family: "IPv4", dualStack: false },
      local: addressOf(world, handle) as unknown as Deno.NetAddr,
      remote: null,
      remoteName: null,
      reportUnreachable: false,
      deadline: undefined,
    }, {
      connectionMade: () => {
        throw value;
      },
      connectionLost: (error) => lost = error,
    });
    await transport.finished;
    assertMadeOf(lost, value);
    world.takeReports();
  });

  test.world(`a file that throws ${name} keeps back no later write`, async (world) => {
    const [client, served] = await connections(world);
    const file = new MemoryFile(bytes("abc"));
    file.read = () => Promise.reject(value);
    const sent = client.sendFile(file).then(() => "sent", () => "failed");
    assertEquals(await sent, "failed");
    assertEquals(await outcome(client.write(bytes("next"))), "ok 4");
    for (const end of [client, served]) end.abort();
    await Promise.all([client.finished, served.finished]);
  });

  Deno.test(`${name} is made an error, and written to the console`, () => {
    assertMadeOf(toError(value), value);
    assertEquals([isInstance(value, Error), isWindowsError(value)], [
      false,
      false,
    ]);
    const shown: unknown[][] = [];
    using _console = stub(console, "error", (...values: unknown[]) => {
      shown.push(values.map((one) => Deno.inspect(one)));
    });
    logError("Exception in a protocol", value);
    assertEquals(shown.length, 1);
  });
}

Deno.test("toError() leaves errors as they are", () => {
  const error = new TypeError("as it is");
  assertEquals(toError(error), error);
});
