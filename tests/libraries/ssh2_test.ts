/** ssh2 over pipes. */

import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import ssh2 from "npm:ssh2@1.17.0";
import { connect, createServer, type PipeSocket } from "../../src/node/mod.ts";
import { libraryTest } from "./_library.ts";
import { type Key, makeKey, serveSshAgent } from "./_ssh_agent.ts";

type Done = (error: null, stream: PipeSocket) => void;

libraryTest(
  "ssh2",
  "client",
  "keys and signatures of an agent",
  async ({ path, undo }) => {
    const { key } = makeKey("of a test");
    undo.use(serveSshAgent(path, [key]));
    const agent = new ssh2.OpenSSHAgent(path);
    agent.getStream = (done: Done) => done(null, connect(path)); // glue
    const keys: Key[] = await promisify(agent.getIdentities).call(agent);
    assertEquals(keys.map(({ type }) => type), ["ssh-ed25519"]);
    const data = Buffer.from("data");
    const sign = promisify(agent.sign) as (...args: unknown[]) => unknown;
    const signature = await sign.call(agent, keys[0], data);
    assertEquals(key.verify(data, signature as Buffer), true);
  },
);

/** What a server does for a client: any command is done. */
function serveClient(client: InstanceType<typeof ssh2.Server>): void {
  client.on("authentication", (context: {
    method: string;
    accept(): void;
    reject(methods: string[]): void;
  }) => {
    if (context.method === "publickey") context.accept();
    else context.reject(["publickey"]);
  });
  client.on("session", (accept: () => InstanceType<typeof ssh2.Server>) => {
    accept().on("exec", (
      accept: () => InstanceType<typeof ssh2.Server>,
      _reject: () => void,
      { command }: { command: string },
    ) => {
      const channel = accept();
      channel.write(`did ${command}\n`);
      channel.exit(0);
      channel.end();
    });
  });
}

libraryTest(
  "ssh2",
  "both",
  "a command of a client that logs in with a key",
  async ({ path, undo }) => {
    const [host, user] = [makeKey(), makeKey()];
    const ssh = new ssh2.Server({ hostKeys: [host.text] }, serveClient);
    const server = createServer((socket) => ssh.injectSocket(socket)); // glue
    undo.use(server.listen(path));
    const client = new ssh2.Client();
    client.connect({
      username: "user",
      privateKey: user.text,
      sock: connect(path), // glue
    });
    await once(client, "ready");
    const channel = await promisify(client.exec).call(client, "ls");
    assertEquals(await text(channel), "did ls\n");
    const closed = once(client, "close");
    client.end();
    await closed;
  },
);
