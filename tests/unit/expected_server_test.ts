/** Whose server a client talks to. */

import { assertEquals, assertRejects } from "@std/assert";
import { assertStringIncludes } from "@std/assert";
import { isWindowsError } from "../../src/ffi/windows_error.ts";
import {
  connectPipe,
  type ConnectPipeOptions,
} from "../../src/pipe/connect_pipe.ts";
import { openPipeTransport } from "../../src/pipe/pipe_protocol.ts";
import { PipeServer } from "../../src/pipe/pipe_server.ts";
import { type Caller, WELL_KNOWN } from "../sim/caller.ts";
import { PATH, test, type World, wrong } from "./_helpers.ts";

type Expected = ConnectPipeOptions["expectedServer"];

const SQUATTER: Caller = { user: "S-1-5-21-1-2-3-1666" };
const SYSTEM: Caller = { user: WELL_KNOWN.system };

/** Serves as somebody else, whose pipe is open to all. */
function serve(world: World, caller: Caller): PipeServer {
  const { proactor, sim } = world;
  const security = { sddl: "D:(A;;FA;;;WD)" };
  const options = { security, instances: 1, proactor };
  return sim.as(caller, () => PipeServer.listen(PATH, options));
}

/** How a client that expects somebody fares. */
async function connect(
  world: World,
  expectedServer: Expected,
): Promise<string> {
  const { proactor } = world;
  try {
    const client = await connectPipe(PATH, { expectedServer, proactor });
    client.close();
    return "connected";
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
}

test.world("expectedServer lets a client talk to whom it means", async (world) => {
  const rounds: [Caller, Expected][] = [
    [world.sim.identity.caller, "current-user"],
    [world.sim.identity.caller, wrong(world.sim.currentUserSid())],
    [SYSTEM, "administrators"],
    [SYSTEM, "S-1-5-18"],
    [SQUATTER, wrong(SQUATTER.user)],
    [SQUATTER, undefined],
  ];
  for (const [caller, expected] of rounds) {
    const server = serve(world, caller);
    assertEquals(await connect(world, expected), "connected", expected);
    (await server.accept()).close();
    await server.shutdown();
  }
});

test.world("expectedServer refuses a pipe of somebody else", async (world) => {
  const expectations: [Expected, string][] = [
    ["current-user", "the current user"],
    ["administrators", "administrators or the system"],
    ["S-1-5-18", "S-1-5-18"],
  ];
  for (const [expected, whom] of expectations) {
    const server = serve(world, SQUATTER);
    assertEquals(
      await connect(world, expected),
      `PermissionDenied: Cannot trust pipe "${PATH}": ` +
        `it belongs to ${SQUATTER.user}, not to ${whom}`,
    );
    (await server.accept()).close();
    await server.shutdown();
  }
});

test.world("expectedServer is checked before a byte is sent", async (world) => {
  const { proactor } = world;
  const server = serve(world, SQUATTER);
  const protocol = { connectionMade: () => assertEquals("called", "never") };
  await assertRejects(
    () =>
      openPipeTransport(() => protocol, PATH, {
        expectedServer: "current-user",
        proactor,
      }),
    Deno.errors.PermissionDenied,
  );
  const served = await server.accept();
  assertEquals(await served.read(new Uint8Array(9)), null);
  served.close();
  await server.shutdown();
});

test.world("expectedServer takes the group that owns what administrators make", async (world) => {
  const { sim } = world;
  const owner = WELL_KNOWN.administrators;
  const security = { sddl: `O:${owner}D:(A;;FA;;;WD)` };
  const { proactor } = world;
  const server = PipeServer.listen(PATH, { security, instances: 1, proactor });
  assertStringIncludes(
    await connect(world, "current-user"),
    "not to the current",
  );
  (await server.accept()).close();
  sim.identity.defaultOwner = owner; // we are an administrator's program
  assertEquals(await connect(world, "current-user"), "connected");
  (await server.accept()).close();
  assertEquals(await connect(world, "administrators"), "connected");
  (await server.accept()).close();
  await server.shutdown();
});

test.world("expectedServer refuses a pipe whose owner Windows does not tell", async (world) => {
  const server = serve(world, SYSTEM);
  world.sim.identity.fail("ownerSid", 5);
  const { proactor } = world;
  const error = await assertRejects(
    () => connectPipe(PATH, { expectedServer: "administrators", proactor }),
    Deno.errors.PermissionDenied,
    `Cannot trust pipe "${PATH}": Windows does not tell whose it is`,
  );
  assertEquals(
    isWindowsError(error) && error.syscall,
    "GetKernelObjectSecurity",
  );
  (await server.accept()).close();
  await server.shutdown();
});

test.world("expectedServer refuses what names nobody, before it dials", async (world) => {
  const { proactor, calls } = world;
  for (const expected of ["", "currentUser", "BA", "S-1", "S-1-5-x", 5, null]) {
    const expectedServer: Expected = wrong(expected);
    await assertRejects(
      () => connectPipe(PATH, { expectedServer, proactor }),
      TypeError,
      "Cannot use expectedServer",
    );
  }
  assertEquals(world.calls, calls);
});
