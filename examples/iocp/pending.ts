/**
 * "The cost is O(n) in the number of pending operations": the time of one
 * operation beside 1 to 10,000 others of its kind that nobody ends, and the
 * slope of a line through the times with its 95 % confidence interval.
 *
 *     deno run --allow-ffi examples/iocp/pending.ts [most] [rounds] [kind ...]
 *
 * @module
 */

import { IocpProactor } from "@iocp/proactor";
import {
  connectTcp,
  createSocket,
  type Socket,
  TcpListener,
  waitReadable,
} from "@iocp/proactor/net";
import { pipe } from "@iocp/proactor/pipe";
import { fitLine, median } from "../../bench/_statistics.ts";

const most = Number(Deno.args[0] ?? 10_000);
const rounds = Number(Deno.args[1] ?? 4);
const OPERATIONS = 300;
const BYTES = new Uint8Array(64);
const LOCAL = { family: "IPv4", hostname: "127.0.0.1", port: 0 } as const;

/** An operation that ends when its peer acts. */
interface Pair {
  /** Begins it. */
  begin(): PromiseLike<unknown>;
  /** Ends it. */
  end(): unknown;
  /** Closes both ends. */
  close(): void;
}

const { CreateEventW, SetEvent, CloseHandle } = Deno.dlopen("kernel32.dll", {
  CreateEventW: {
    parameters: ["buffer", "i32", "i32", "buffer"],
    result: "usize",
  },
  SetEvent: { parameters: ["usize"], result: "i32" },
  CloseHandle: { parameters: ["usize"], result: "i32" },
}).symbols;

const proactor = new IocpProactor();
let listener: TcpListener | undefined;

const kinds: Record<string, () => Pair | Promise<Pair>> = {
  pipe() {
    const [reader, writer] = pipe({ duplex: true, proactor });
    return {
      begin: () => proactor.recv(reader, BYTES.length),
      end: () => proactor.send(writer, BYTES),
      close: () => [reader, writer].forEach((end) => end.close()),
    };
  },
  async tcp() {
    listener ??= TcpListener.listen({ ...LOCAL, proactor });
    const accepted = listener.accept();
    const client = await connectTcp({ ...listener.addr, proactor });
    const server = await accepted;
    const target = new Uint8Array(BYTES.length);
    return {
      begin: () => server.read(target),
      end: () => client.write(BYTES),
      close: () => [client, server].forEach((end) => end.abort()),
    };
  },
  udp() {
    const socket = openUdp();
    return {
      begin: () => proactor.recvFrom(socket, BYTES.length),
      end: () => proactor.sendTo(socket, BYTES, socket.localAddr!),
      close: () => socket.close(),
    };
  },
  wait() {
    const event = CreateEventW(null, 0, 0, null);
    return {
      begin: () => proactor.waitForHandle(event),
      end: () => SetEvent(event),
      close: () => CloseHandle(event),
    };
  },
  readable() {
    const socket = openUdp();
    return {
      async begin() {
        await waitReadable(socket, { proactor });
        await proactor.recvFrom(socket, BYTES.length);
      },
      end: () => proactor.sendTo(socket, BYTES, socket.localAddr!),
      close: () => socket.close(),
    };
  },
};

function openUdp(): Socket {
  const socket = createSocket({ type: "datagram" });
  socket.bind(LOCAL);
  return socket;
}

/** Pairs of one kind, of which some have begun. */
class Pending {
  readonly #pairs: Pair[] = [];
  #begun = 0;
  #ends: PromiseLike<unknown>[] = [];
  readonly #make: () => Pair | Promise<Pair>;

  constructor(make: () => Pair | Promise<Pair>) {
    this.#make = make;
  }

  /** Begins or ends operations until so many are pending. */
  async resize(count: number): Promise<void> {
    while (this.#begun < count) {
      const pair = this.#pairs[this.#begun] ??= await this.#make();
      this.#ends[this.#begun++] = pair.begin();
    }
    while (this.#begun > count) {
      const end = this.#ends[--this.#begun];
      await this.#pairs[this.#begun]!.end();
      await end;
    }
  }

  /** Ends all, so that the next kind has all handles. */
  async close(): Promise<void> {
    await this.resize(0);
    for (const pair of this.#pairs) pair.close();
  }
}

/** Microseconds of the median operation. */
async function measure(pair: Pair): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < OPERATIONS; i++) {
    const started = performance.now();
    const end = pair.begin();
    await pair.end();
    await end;
    times.push(1000 * (performance.now() - started));
  }
  return median(times);
}

/** Up, down, up again, so that a drift of the machine's speed cancels out. */
async function report(kind: string, counts: readonly number[]): Promise<void> {
  const make = kinds[kind];
  if (make === undefined) throw new TypeError(`Unknown kind "${kind}"`);
  const pending = new Pending(make);
  const pair = await make();
  await measure(pair); // warms up
  const times = counts.map(() => [] as number[]);
  const points: [number, number][] = [];
  for (let round = 0; round < rounds; round++) {
    const order = [...counts.keys()];
    if (round % 2 === 1) order.reverse();
    const made: [number, number][] = [];
    for (const i of order) {
      await pending.resize(counts[i]!);
      const time = await measure(pair);
      times[i]!.push(time);
      made.push([counts[i]! / 1000, time]);
    }
    points.push(...centered(made));
  }
  await pending.close();
  pair.close();
  const { slope, error } = fitLine(points);
  console.log(
    kind.padEnd(9) +
      times.map((all) => median(all).toFixed(1).padStart(8)).join("") +
      `  slope ${slope.toFixed(2)} +- ${error.toFixed(2)}`,
  );
}

/** What the machine did to a whole round is of no interest. */
function centered(points: readonly [number, number][]): [number, number][] {
  const mean = points.reduce((sum, [, y]) => sum + y, 0) / points.length;
  return points.map(([x, y]) => [x, y - mean]);
}

const counts = [1, most / 100, most / 10, most / 4, most / 2, most].map(
  Math.ceil,
);
console.log(
  `others:  ${counts.map((count) => String(count).padStart(8)).join("")}` +
    "  us for 1,000 others, 95 % confidence",
);
const chosen = Deno.args.slice(2);
for (const kind of chosen.length > 0 ? chosen : Object.keys(kinds)) {
  await report(kind, counts);
}
await listener?.shutdown();
await proactor.close();
