/**
 * Records what a small echo server does, and writes a trace that
 * chrome://tracing and ui.perfetto.dev open.
 *
 * deno run --allow-ffi --allow-write examples/trace.ts trace.json
 *
 * @module
 */

import { connectPipe, IocpProactor, PipeServer } from "@iocp/proactor";

await using proactor = new IocpProactor();
using recorder = proactor.record();
using server = PipeServer.listen("trace-example", { proactor });

async function serve(): Promise<void> {
  using connection = await server.accept();
  for await (const chunk of connection.readable) await connection.write(chunk);
}

const served = serve();
const client = await connectPipe("trace-example", { proactor });
const buffer = new Uint8Array(1024);
for (const word of ["one", "two", "three"]) {
  await client.write(new TextEncoder().encode(word));
  await client.read(buffer);
}
client.close();
await served;

const [file] = Deno.args;
const trace = recorder.trace();
if (file !== undefined) Deno.writeTextFileSync(file, JSON.stringify(trace));
console.log(`${trace.traceEvents.length} events${file ? ` in ${file}` : ""}`);
const { packets, batches, synchronous } = proactor.metrics();
console.log({ packets, batches, synchronous });
