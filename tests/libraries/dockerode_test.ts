/** dockerode over a pipe. */

import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { Agent } from "node:http";
import { once } from "node:events";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import Docker from "npm:dockerode@5.0.1";
import { connect } from "../../src/node/mod.ts";
import { serveEngine } from "./_docker_engine.ts";
import { libraryTest } from "./_library.ts";

libraryTest(
  "dockerode",
  "client",
  "containers, logs, events, `attach`, by the protocol of an engine",
  async ({ path, undo }) => {
    undo.use(serveEngine(path));
    const agent = new Agent();
    agent.createConnection = () => connect(path); // glue
    const docker = new Docker({ host: "localhost", port: 80, agent });
    assertEquals((await docker.version()).Version, "28.0.1");
    const [web] = await docker.listContainers();
    assertEquals(web?.Names, ["/web"]);
    const container = docker.getContainer("web");
    const logs = await container.logs({ stdout: true, follow: true });
    const [out, err] = [new PassThrough(), new PassThrough()];
    docker.modem.demuxStream(logs, out, err);
    logs.on("end", () => [out, err].forEach((stream) => stream.end()));
    assertEquals(await text(out), "GET / 200\n");
    assertEquals(await text(err), "warning: slow\n");
    const events = await docker.getEvents();
    assertMatch(String((await once(events, "data"))[0]), /"Action":"start"/);
    (events as unknown as { destroy(): void }).destroy();
    await assertRejects(() => docker.getContainer("none").inspect(), "404");
    const options = { stream: true, stdin: true, stdout: true, hijack: true };
    const attached = await container.attach(options);
    attached.write("ls");
    assertEquals(String((await once(attached, "data"))[0]).slice(8), "> ls");
    attached.end();
    agent.destroy();
  },
);
