/**
 * Nobody is starved: neither by loops of calls that end at once, in any style,
 * nor by whoever has taken all threads of Deno's pool.
 *
 * The limits are many times what is measured on a quiet machine, and a tenth
 * of what starvation takes, which is as long as the loops run.
 */

import { assertLess } from "@std/assert";
import {
  connectPipe,
  connectTcp,
  IocpProactor,
  PipeServer,
  TcpListener,
} from "../../mod.ts";
import { uniquePipeName } from "../windows/_setup.ts";
import { BUSY_LOOPS, measureOthers } from "./_busy_loops.ts";
import { processTest } from "./_script.ts";

const RUN = 400;
const TIMER_LIMIT = 400;
const ECHO_LIMIT = 400;
const LOOPS = [1, 20, 50];

for (const [name, start] of Object.entries(BUSY_LOOPS)) {
  processTest(
    `${name}: loops leave timers and Deno's sockets their turn`,
    async () => {
      for (const loops of LOOPS) {
        await using proactor = new IocpProactor();
        const measured = await measureOthers(proactor, start, {
          loops,
          milliseconds: RUN,
        });
        const { timer, echo, medianEcho, rounds } = measured;
        console.log(
          `${loops} loops, ${rounds} rounds: timer late by ${
            timer.toFixed(1)
          } ms ` +
            `at most, echo ${medianEcho.toFixed(1)} ms, ${
              echo.toFixed(1)
            } at most`,
        );
        assertLess(timer, TIMER_LIMIT);
        assertLess(medianEcho, ECHO_LIMIT);
      }
    },
  );
}

const kernel32 = Deno.dlopen("kernel32.dll", {
  Sleep: { parameters: ["u32"], result: "void", nonblocking: true },
}).symbols;

/** Takes threads of Deno's pool until it is disposed of. */
type TakePool = (count: number) => AsyncDisposable;

const TAKERS: Record<string, TakePool> = {
  "calls of the FFI"(count) {
    const calls = Array.from({ length: count }, () => kernel32.Sleep(3000));
    return { [Symbol.asyncDispose]: async () => void await Promise.all(calls) };
  },
  "silent children whose output is read"(count) {
    const children = Array.from(
      { length: count },
      () =>
        new Deno.Command(Deno.execPath(), {
          args: ["eval", "await new Promise((end) => setTimeout(end, 60_000))"],
          stdin: "piped",
          stdout: "piped",
          stderr: "piped",
        }).spawn(),
    );
    const reads = children.flatMap(({ stdout, stderr }) => [
      stdout.getReader(),
      stderr.getReader(),
    ]);
    for (const reader of reads) reader.read().catch(() => {});
    return {
      async [Symbol.asyncDispose]() {
        for (const child of children) child.kill("SIGKILL");
        for (const child of children) await child.status;
        for (const reader of reads) await reader.cancel().catch(() => {});
        for (const child of children) await child.stdin.abort().catch(() => {});
      },
    };
  },
  "reads of pipes as files"(count) {
    // Deno's own file calls, on pipes that nobody writes to.
    const proactor = new IocpProactor();
    const servers = Array.from({ length: count }, () => {
      const path = uniquePipeName();
      return { path, server: PipeServer.listen(path, { proactor }) };
    });
    const files = servers.map(({ path }) => Deno.openSync(path));
    const reads = files.map((file) =>
      file.read(new Uint8Array(1)).catch(() => null)
    );
    return {
      async [Symbol.asyncDispose]() {
        for (const { server } of servers) {
          (await server.accept()).abort();
          server.close();
        }
        await Promise.all(reads);
        for (const file of files) file.close();
        await proactor.close();
      },
    };
  },
};

/** Milliseconds of the slowest of some round trips, over both kinds of stream. */
async function worstRoundTrip(proactor: IocpProactor): Promise<number> {
  const path = uniquePipeName();
  using server = PipeServer.listen(path, { proactor, type: "byte" });
  using listener = TcpListener.listen({
    hostname: "127.0.0.1",
    port: 0,
    proactor,
  });
  const accepts = [server.accept(), listener.accept()];
  const ends = [
    await connectPipe(path, { proactor }),
    await connectTcp({ ...listener.addr, proactor }),
  ];
  const served = await Promise.all(accepts);
  let worst = 0;
  const byte = new Uint8Array(1);
  for (let i = 0; i < 10; i++) {
    for (const [at, client] of ends.entries()) {
      // Long enough for the wait to have been given to a thread, if there is one.
      await new Promise((resolve) => setTimeout(resolve, 30));
      const started = performance.now();
      const answer = client.read(new Uint8Array(1));
      const question = served[at]!.read(new Uint8Array(1));
      await client.write(byte);
      await question;
      await served[at]!.write(byte);
      await answer;
      worst = Math.max(worst, performance.now() - started);
    }
  }
  for (const each of [...ends, ...served]) each.abort();
  return worst;
}

for (const [name, take] of Object.entries(TAKERS)) {
  processTest(
    `round trips go on beside ${name} that fill Deno's pool`,
    async () => {
      const threads = navigator.hardwareConcurrency * 4;
      for (const count of [threads - 1, threads, threads + 1, threads * 2]) {
        await using proactor = new IocpProactor();
        await using _taken = take(count);
        const worst = await worstRoundTrip(proactor);
        console.log(`${count} of ${threads} threads: ${worst.toFixed(1)} ms`);
        assertLess(worst, 1000);
      }
    },
  );
}

processTest(
  "a proactor closes at once although Deno's pool is full",
  async () => {
    const threads = navigator.hardwareConcurrency * 4;
    const proactor = new IocpProactor();
    await using _taken = TAKERS["calls of the FFI"]!(threads + 1);
    const server = PipeServer.listen(uniquePipeName(), { proactor });
    const accepted = server.accept().catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 50));
    const started = performance.now();
    await proactor.close();
    await accepted;
    assertLess(performance.now() - started, 1500);
  },
);
