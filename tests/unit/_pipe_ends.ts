/**
 * Both ends of a pipe on the simulated kernel, in stream style.
 *
 * @module
 */

import { connectPipe } from "../../src/pipe/connect_pipe.ts";
import type { PipeConnection } from "../../src/pipe/pipe_connection.ts";
import { PipeServer } from "../../src/pipe/pipe_server.ts";
import type { PipeServerOptions } from "../../src/pipe/server_options.ts";
import { PATH, type World } from "./_helpers.ts";

/**
 * Connects a client to a server that is closed again.
 *
 * @param world Where.
 * @param options The server's options; byte pipes with little room by default.
 * @returns The server's end and the client's.
 */
export async function pipeEnds(
  world: World,
  options: PipeServerOptions = {},
): Promise<[served: PipeConnection, client: PipeConnection]> {
  const { proactor } = world;
  const { type = "byte", inBufferSize = 7, outBufferSize = 7 } = options;
  const sizes = { inBufferSize, outBufferSize };
  const server = PipeServer.listen(PATH, {
    ...options,
    type,
    ...sizes,
    proactor,
  });
  const client = await connectPipe(PATH, { proactor, readMode: type });
  const served = await server.accept();
  server.close();
  return [served, client];
}
