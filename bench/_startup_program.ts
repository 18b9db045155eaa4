/**
 * What `startup.ts` runs: prints the milliseconds of one import, or until the
 * first byte has gone through a pipe and back.
 *
 *     deno run -A bench/_startup_program.ts import <module>
 *     deno run -A bench/_startup_program.ts byte <a door with pipes | node:net>
 *
 * @module
 */

type Net = typeof import("node:net");
type Pipes = typeof import("../src/pipe/mod.ts");

const [task, specifier] = Deno.args as [string, string];
const path = `\\\\.\\pipe\\startup-${crypto.randomUUID()}`;

async function echoOurs({ connectPipe, PipeServer }: Pipes): Promise<void> {
  const server = PipeServer.listen(path, { type: "byte" });
  const accepted = server.accept();
  const client = await connectPipe(path);
  const peer = await accepted;
  const buffer = new Uint8Array(1);
  await client.write(buffer);
  await peer.read(buffer);
  await peer.write(buffer);
  await client.read(buffer);
}

async function echoNode({ connect, createServer }: Net): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const server = createServer((peer) => peer.pipe(peer));
  server.listen(path, () => {
    const client = connect(path, () => client.write("x"));
    client.once("data", () => resolve());
  });
  await promise;
}

const start = performance.now();
const module = await import(specifier);
if (task === "byte") {
  await (specifier === "node:net" ? echoNode(module) : echoOurs(module));
}
console.log(performance.now() - start);
Deno.exit(); // the pipe is still served
