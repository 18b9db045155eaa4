/**
 * What every writer must do with arrays that lie and change.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { IocpProactor, PipeConnection } from "../../mod.ts";
import { HOSTILE, type Hostile } from "../unit/_hostile.ts";
import { test } from "./_setup.ts";
import { pattern, readBytes, sha256 } from "./_bytes.ts";

export { type Hostile } from "../unit/_hostile.ts";

/** Bytes of three writes: at once, in several calls, behind these. */
export const STREAM_SIZES: readonly number[] = [100, 400_000, 70_000];

/** Bytes of three datagrams. */
export const DATAGRAM_SIZES: readonly number[] = [100, 1400, 20_000];

/** What was written, as the other end sees it. */
export type Received = Uint8Array<ArrayBuffer>[];

/** A scene of one kind of writer. */
export interface Scene {
  /** Bytes of the writes; those of a stream by default. */
  sizes?: readonly number[];
  /** Writes the arrays in order, with `each`, and gives what has arrived. */
  run(arrays: Hostile[], proactor: IocpProactor): Promise<Received>;
}

/**
 * Writes arrays one behind the other, and spoils each as soon as its call has
 * returned.
 *
 * @param arrays The arrays.
 * @param write Writes one.
 * @returns What the calls have returned.
 */
export function each<T>(
  arrays: Hostile[],
  write: (data: Uint8Array) => T,
): T[] {
  return arrays.map(({ data, spoil }) => {
    const result = write(data);
    spoil();
    return result;
  });
}

/**
 * Reads three writes from a stream.
 *
 * @param end Where from.
 * @returns Their bytes.
 */
export async function readAll(
  end: Pick<PipeConnection, "read">,
): Promise<Received> {
  const parts: Received = [];
  for (const size of STREAM_SIZES) parts.push(await readBytes(end, size));
  return parts;
}

/**
 * Demands that what a writer gets is the caller's again at once, whatever array
 * it is in.
 *
 * @param scene How it writes.
 * @param proactor The proactor of both ends.
 */
export async function assertOwned(
  scene: Scene,
  proactor: IocpProactor,
): Promise<void> {
  const { sizes = STREAM_SIZES, run } = scene;
  const expected = sizes.map((size, i) => pattern(size, i + 1));
  const hashes = await Promise.all(expected.map(sha256));
  for (const [kind, make] of Object.entries(HOSTILE)) {
    const received = await run(expected.map(make), proactor);
    assertEquals(await Promise.all(received.map(sha256)), hashes, kind);
  }
}

/**
 * Registers a test that demands it.
 *
 * @param name The writer.
 * @param scene How it writes.
 */
export function hostileTest(name: string, scene: Scene): void {
  test.proactor(
    `${name} leaves arrays to their owners`,
    (proactor) => assertOwned(scene, proactor),
  );
}
