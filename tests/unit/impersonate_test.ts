/** Acting as the client of a pipe. */

import { assertEquals, assertFalse, assertThrows } from "@std/assert";
import { spy } from "@std/testing/mock";
import {
  SECURITY_IDENTIFICATION,
  SECURITY_SQOS_PRESENT,
} from "../../src/ffi/constants.ts";
import {
  impersonate,
  type ImpersonateOptions,
} from "../../src/identity/mod.ts";
import {
  connectPipe,
  type ConnectPipeOptions,
} from "../../src/pipe/connect_pipe.ts";
import type { PipeConnection } from "../../src/pipe/pipe_connection.ts";
import { PipeServer } from "../../src/pipe/pipe_server.ts";
import type { Caller } from "../sim/caller.ts";
import { PATH, test, type World, wrong } from "./_helpers.ts";
import { turns } from "./_turns.ts";

const ADA: Caller = { user: "S-1-5-21-1-2-3-1002" };

type Level = ConnectPipeOptions["impersonation"];

/** The bits of CreateFileW that tell what a server may do. */
const SECURITY_LEVELS = 0x001f_0000;

/** Runs a test with a client of Ada's that allows something. */
async function withClient(
  world: World,
  impersonation: Level,
  body: (served: PipeConnection, client: PipeConnection) => unknown,
): Promise<void> {
  const { proactor, sim } = world;
  const security = "everyone";
  await using server = PipeServer.listen(PATH, { security, proactor });
  const client = await sim.as(
    ADA,
    () => connectPipe(PATH, { impersonation, proactor }),
  );
  const served = await server.accept();
  await body(served, client);
  assertFalse(sim.identity.impersonating);
  client.close();
  served.close();
}

test.world("impersonate() runs a function as the client, and nothing else", async (world) => {
  const { identity } = world.sim;
  const ours = identity.caller;
  await withClient(world, "impersonation", (served) => {
    const result = impersonate(served, ({ sid, level }) => {
      assertEquals(identity.caller.user, ADA.user);
      return [sid, level];
    });
    assertEquals(result, [ADA.user, "impersonation"]);
    assertEquals(identity.caller, ours);
  });
});

test.world("a client is only identified unless it says more", async (world) => {
  const open = spy(world.sim, "createFile");
  await withClient(world, undefined, () => {});
  const FLAGS = SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION;
  const ours = open.calls.at(-1)!.args[0].flags;
  assertEquals(ours & SECURITY_LEVELS, FLAGS);
});

test.world("impersonate() is over before any other code runs", async (world) => {
  const { identity } = world.sim;
  await withClient(world, "impersonation", async (served) => {
    const seen: boolean[] = [];
    const note = () => void seen.push(identity.impersonating);
    queueMicrotask(note);
    const timer = setTimeout(note, 0);
    impersonate(served, () => {
      queueMicrotask(note);
      Promise.resolve().then(note);
      seen.push(identity.impersonating);
    });
    await new Promise((resolve) => setTimeout(resolve, 5));
    await turns();
    clearTimeout(timer);
    assertEquals(seen, [true, false, false, false, false]);
  });
});

test.world("impersonate() is over when the function throws", async (world) => {
  await withClient(world, "impersonation", (served) => {
    const fail = () => {
      throw new Error("the function's");
    };
    assertThrows(() => impersonate(served, fail), Error, "the function's");
    assertEquals(impersonate(served, () => 5), 5);
  });
});

test.world("impersonate() refuses what would run later", async (world) => {
  await withClient(world, "impersonation", (served) => {
    let called = 0;
    const later: (() => unknown)[] = [
      async () => await Promise.resolve(called++),
      function* () {
        yield called++;
      },
      async function* () {
        yield await Promise.resolve(called++);
      },
    ];
    for (const act of later) {
      const message = "Cannot impersonate: the function is not synchronous";
      assertThrows(() => impersonate(served, act), TypeError, message);
    }
    assertEquals(called, 0);
    const message = "the function has returned a promise";
    for (const result of [Promise.resolve(), { then: () => {} }]) {
      assertThrows(() => impersonate(served, () => result), TypeError, message);
    }
    const none: () => void = wrong("function");
    assertThrows(() => impersonate(served, none), TypeError, "no function");
  });
});

test.world("impersonate() does not act beyond what the client allows", async (world) => {
  const never = () => assertEquals("called", "never");
  await withClient(world, "identification", (served) => {
    assertThrows(
      () => impersonate(served, never),
      Deno.errors.PermissionDenied,
      "Cannot impersonate: the client does not let others act for it",
    );
    const options: ImpersonateOptions = { level: "identification" };
    const client = impersonate(served, (it) => it, options);
    assertEquals(client, { sid: ADA.user, level: "identification" });
  });
  await withClient(world, "anonymous", (served) => {
    assertThrows(
      () => impersonate(served, never, { level: "identification" }),
      Deno.errors.PermissionDenied,
      "Cannot impersonate: the client is anonymous",
    );
  });
  await withClient(world, "impersonation", (served) => {
    assertThrows(
      () => impersonate(served, never, { level: "delegation" }),
      Deno.errors.PermissionDenied,
    );
  });
});

test.world("impersonate() tells when a client must be read first", async (world) => {
  await withClient(world, "impersonation", (served) => {
    const { identity } = world.sim;
    identity.fail("impersonateClient", 1368);
    assertThrows(
      () => impersonate(served, () => {}),
      Deno.errors.WouldBlock,
      "Cannot impersonate: nothing of the client was read yet",
    );
    identity.fail("impersonateClient", 0);
  });
});

test.world("impersonate() in impersonate() is refused", async (world) => {
  await withClient(world, "impersonation", (served) => {
    impersonate(served, () => {
      assertThrows(() => impersonate(served, () => {}), Deno.errors.Busy);
      assertEquals(world.sim.identity.impersonating, true);
    });
  });
});

test.world("impersonate() wants a server's end that is open", async (world) => {
  await withClient(world, "impersonation", (served, client) => {
    const none: PipeConnection = wrong({});
    assertThrows(() => impersonate(none, () => {}), TypeError, "no connection");
    const message = "this is the client's end";
    assertThrows(() => impersonate(client, () => {}), TypeError, message);
    const level: "identification" = wrong("anonymous");
    assertThrows(() => impersonate(served, () => {}, { level }), TypeError);
    served.close();
    assertThrows(() => impersonate(served, () => {}), Deno.errors.BadResource);
  });
});
