/**
 * The members of docs/asyncio.md.
 *
 * @module
 */
import * as events from "../src/loop/mod.ts";
import { DatagramChannelTransport } from "../src/net/udp/datagram_channel_transport.ts";
import { PipeServer } from "../src/pipe/pipe_server.ts";
import * as proactors from "../src/proactor/mod.ts";
import { ChildTransport } from "../src/process/child_transport.ts";
import { ChannelTransport } from "../src/stream/channel_transport.ts";
import type { Finding } from "./finding.ts";

/** What the names before the dots stand for. */
const OBJECTS: Record<string, object> = {
  loop: events.ProactorEventLoop.prototype,
  proactor: proactors.IocpProactor.prototype,
  pipeServer: PipeServer.prototype,
  runner: events.Runner.prototype,
  future: proactors.Future.prototype,
  task: events.Task.prototype,
  handle: events.Handle.prototype,
  timer: events.TimerHandle.prototype,
  server: events.Server.prototype,
  transport: ChannelTransport.prototype,
  datagram: DatagramChannelTransport.prototype,
  child: ChildTransport.prototype,
};

const EXPORTED: object = { ...events, ...proactors, PipeServer };

/** Of each loop, not of the class. */
const FIELDS = ["loop.slowCallbackDuration"];

/**
 * Finds names in second cells that are not there, and rows without four cells.
 *
 * @param file What messages call the text.
 * @param text Markdown, whose first table names no members.
 * @returns What is wrong.
 */
export function checkMembers(file: string, text: string): Finding[] {
  const findings: Finding[] = [];
  let tables = 0;
  text.split("\n").forEach((row, index) => {
    const line = index + 1;
    if (row.startsWith("| --- ")) tables++;
    if (!row.startsWith("| ")) return;
    const cells = row.split("|");
    if (cells.length !== 6) {
      findings.push({ file, line, symbol: row, message: "has not 4 cells" });
    }
    const missing = tables < 2 ? [] : namesOf(cells[2]!).filter(isMissing);
    for (const symbol of missing) {
      findings.push({ file, line, symbol, message: "is not there" });
    }
  });
  return findings;
}

function namesOf(cell: string): string[] {
  return [...cell.matchAll(/`([\w.]+)`/g)].map(([, name]) => name!);
}

function isMissing(name: string): boolean {
  const [object = "", member] = name.split(".");
  if (member === undefined) return !(name in EXPORTED);
  if (FIELDS.includes(name)) return false;
  const owner = OBJECTS[object];
  return owner === undefined || !(member in owner);
}
