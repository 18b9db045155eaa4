/**
 * Two connections, as if they were one.
 *
 * @module
 */

import { type ByteSink, pump, Quiet } from "./pump.ts";
import type { ByteSource } from "./terminal.ts";

/** An end of a connection. */
export interface LinkEnd extends ByteSource, ByteSink {
  /** Whether the peer can be told of the end of one direction. */
  readonly canCloseWrite: boolean;
  /** Tells it. */
  closeWrite(): Promise<void>;
  /** Resolves when the connection is closed. */
  readonly finished: Promise<void>;
  /** Closes it at once. */
  abort(): void;
}

/** Bytes that were moved. */
export interface Moved {
  /** From the first end to the second. */
  sent: number;
  /** The other way. */
  received: number;
}

/**
 * Moves bytes both ways until both have ended. The end of one direction is
 * passed on where the other end has a half close. Where one of them has none,
 * both are closed when nothing has moved for a while: who has ended may have
 * left, or may wait for what comes back.
 *
 * @param first One end; closed afterwards.
 * @param second The other; closed afterwards.
 * @param options Milliseconds without data after an end that was not passed on.
 * @returns What was moved.
 */
export async function link(
  first: LinkEnd,
  second: LinkEnd,
  options: { linger: number },
): Promise<Moved> {
  const moved: Moved = { sent: 0, received: 0 };
  using quiet = new Quiet(options.linger);
  const forth = pass(first, second, (count) => {
    moved.sent += count;
    quiet.moved();
  });
  const back = pass(second, first, (count) => {
    moved.received += count;
    quiet.moved();
  });
  const ways = [forth, back].map((way) =>
    way.then((goesOn) => goesOn ? undefined : quiet.start())
  );
  try {
    await Promise.race([Promise.all(ways), quiet.passed]);
    for (const end of [first, second]) end.close();
  } catch (error) {
    for (const end of [first, second]) end.abort(); // neither end is whole
    throw error;
  } finally {
    await Promise.allSettled([...ways, first.finished, second.finished]);
  }
  return moved;
}

/** Resolves to whether the other direction may go on for as long as it likes. */
async function pass(
  from: LinkEnd,
  to: LinkEnd,
  moved: (count: number) => void,
): Promise<boolean> {
  await pump(from, async (data) => {
    await to.write(data);
    moved(data.length);
  });
  if (!to.canCloseWrite) return false;
  await to.closeWrite();
  return from.canCloseWrite;
}
