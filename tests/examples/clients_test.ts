/** The clients of `examples/`, each with a server of the real protocol. */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Buffer } from "node:buffer";
import { type PipeConnection, PipeServer } from "../../src/pipe/mod.ts";
import { serveEngine } from "../libraries/_docker_engine.ts";
import { serveMysql } from "../libraries/_mysql_server.ts";
import { servePostgres } from "../libraries/_postgres_server.ts";
import { makeKey, serveSshAgent } from "../libraries/_ssh_agent.ts";
import { encode } from "../windows/_bytes.ts";
import { uniquePipeName } from "../windows/_pipes.ts";
import { Program, programTest } from "./_program.ts";

/** Runs a program to its end. */
async function linesOf(name: string, ...args: string[]): Promise<string[]> {
  await using program = await Program.start(name, ...args);
  return await program.lines();
}

programTest("docker.ts shows containers, logs and events", async () => {
  const path = uniquePipeName();
  await using _engine = serveEngine(path);
  const pipe = `--pipe=${path}`;
  const containers = await linesOf("docker.ts", pipe, "ps");
  assertEquals(containers, ["8dfafdbc3a40  nginx:latest  /web  Up 2 hours"]);
  const logs = await linesOf("docker.ts", pipe, "logs", "web");
  assertEquals(logs, ["GET / 200", "warning: slow"]);
  const [problem] = await linesOf("docker.ts", pipe, "logs", "none");
  assertStringIncludes(problem ?? "", "page not found");
  await using events = await Program.start("docker.ts", pipe, "events");
  await events.wrote('"Action":"start"');
});

programTest("docker.ts attaches what is typed to a container", async () => {
  const path = uniquePipeName();
  await using _engine = serveEngine(path);
  const args = [`--pipe=${path}`, "attach", "web"];
  await using program = await Program.startToType("docker.ts", ...args);
  await program.type("ls");
  await program.wrote("> ls");
  await program.endInput();
  assertEquals(await program.lines(), ["> ls"]);
});

/** Reads a message of Discord: its kind, its size, JSON. */
async function readMessage(connection: PipeConnection) {
  const head = await readFull(connection, 8);
  const view = new DataView(head.buffer);
  const json = await readFull(connection, view.getUint32(4, true));
  const data = JSON.parse(new TextDecoder().decode(json));
  return { op: view.getUint32(0, true), data };
}

async function readFull(connection: PipeConnection, size: number) {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size;) {
    at += (await connection.read(bytes.subarray(at)))!;
  }
  return bytes;
}

async function writeMessage(
  connection: PipeConnection,
  op: number,
  data: unknown,
): Promise<void> {
  const json = encode(JSON.stringify(data));
  const head = new Uint32Array([op, json.length]);
  await connection.write(
    new Uint8Array([
      ...new Uint8Array(head.buffer),
      ...json,
    ]),
  );
}

programTest("discord_presence.ts tells Discord what one does", async () => {
  const path = uniquePipeName();
  await using server = PipeServer.listen(`${path}-1`, { type: "byte" });
  const prefix = path.slice("\\\\.\\pipe\\".length) + "-";
  const args = ["123", "Testing", prefix];
  await using program = await Program.start("discord_presence.ts", ...args);
  await using discord = await server.accept();
  const hello = await readMessage(discord);
  assertEquals(hello, { op: 0, data: { v: 1, client_id: "123" } });
  const user = { username: "ada" };
  const ready = { cmd: "DISPATCH", evt: "READY", data: { user } };
  await writeMessage(discord, 1, ready);
  const { data } = await readMessage(discord);
  assertEquals([data.cmd, data.args.activity.details], [
    "SET_ACTIVITY",
    "Testing",
  ]);
  await writeMessage(discord, 1, { cmd: "SET_ACTIVITY", nonce: data.nonce });
  await writeMessage(discord, 3, { beat: 1 });
  assertEquals(await readMessage(discord), { op: 4, data: { beat: 1 } });
  discord.close();
  assertEquals(await program.lines(), [
    "Connected to Discord as ada",
    'Discord shows "Testing"',
  ]);
});

/** Answers as mpv does, which ends after it was told to watch. */
async function serveMpv(server: PipeServer): Promise<void> {
  for await (const connection of server) {
    await serveRemote(connection);
    connection.close();
  }
}

async function serveRemote(connection: PipeConnection): Promise<void> {
  let rest = "";
  const text = connection.readable.pipeThrough(new TextDecoderStream());
  for await (const part of text) {
    const lines = (rest + part).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      const request = JSON.parse(line);
      await connection.write(encode(mpvAnswer(request)));
      if (request.command[0] === "observe_property") return;
    }
  }
}

/** A line for the command, and events around it. */
function mpvAnswer(
  { command: [name, ...args], request_id }: {
    command: unknown[];
    request_id: number;
  },
): string {
  const known = ["get_property", "set_property", "observe_property"];
  const error = known.includes(name as string)
    ? "success"
    : "invalid parameter";
  const data = name === "get_property" ? 12.5 : undefined;
  const change = { event: "property-change", id: 1, name: args[1], data: 70 };
  const messages = [
    { event: "idle" },
    { request_id, error, data },
    ...name === "observe_property" ? [change] : [],
  ];
  return messages.map((message) => `${JSON.stringify(message)}\n`).join("");
}

programTest("mpv_remote.ts asks and watches mpv", async () => {
  const path = uniquePipeName();
  await using server = PipeServer.listen(path, { type: "byte" });
  const served = serveMpv(server);
  const ask = (...args: string[]) =>
    linesOf("mpv_remote.ts", `--pipe=${path}`, ...args);
  assertEquals(await ask("get_property", "time-pos"), ["12.5"]);
  assertEquals(await ask("set_property", "pause", "true"), ["success"]);
  assertEquals(await ask("observe", "volume"), ["volume = 70"]);
  const lines = (await ask("dance")).join("\n");
  assertStringIncludes(lines, "Cannot dance: invalid parameter");
  server.close();
  await served;
});

programTest("ssh_agent.ts lists keys and signs", async () => {
  const path = uniquePipeName();
  const { key } = makeKey("of a test");
  await using _agent = serveSshAgent(path, [key]);
  const [line] = await linesOf("ssh_agent.ts", `--pipe=${path}`);
  assertMatch(line ?? "", /^SHA256:[\w+/]{43} .*\(ssh-ed25519\)$/);
  const args = [`--pipe=${path}`, "--sign=0", "text"];
  const [signature = ""] = await linesOf("ssh_agent.ts", ...args);
  const blob = Uint8Array.fromBase64(signature);
  const kind = new DataView(blob.buffer).getUint32(0);
  const bytes = blob.subarray(4 + kind + 4);
  assertEquals(key.verify(Buffer.from("text"), Buffer.from(bytes)), true);
});

programTest("mysql.ts prints the rows of MySQL", async () => {
  const path = uniquePipeName();
  await using _server = serveMysql(path);
  const pipe = `--pipe=${path}`;
  const lines = await linesOf("mysql.ts", pipe, "select 'a b'", "select 'c'");
  assertEquals(lines, ["text", "a b", "text", "c"]);
  const [problem] = await linesOf("mysql.ts", pipe, "drop it");
  assertStringIncludes(problem ?? "", "SQL syntax");
});

programTest("postgres.ts prints the rows of PostgreSQL", async () => {
  const path = uniquePipeName();
  await using _server = await servePostgres(`${path}\\.s.PGSQL.5432`);
  const lines = await linesOf(
    "postgres.ts",
    path,
    "create table fruits (name text, count integer)",
    "insert into fruits values ('fig', 3), ('pear', 5)",
    "select * from fruits order by name",
  );
  assertEquals(lines, [
    "CREATE 0",
    "INSERT 2",
    "name\tcount",
    "fig\t3",
    "pear\t5",
  ]);
});
