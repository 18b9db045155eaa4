/**
 * Which memory the simulated kernel owns, and for which operation.
 *
 * @module
 */

import type { Address } from "../../src/ffi/win32_api.ts";

const PAGE = 4096;

/** A region that the kernel may touch. */
export interface Claim {
  /** First byte. */
  readonly start: Address;
  /** One past the last byte. */
  readonly end: Address;
  /** True when the kernel writes it, false when it only reads it. */
  readonly writes: boolean;
  /** What it is, for messages: `buffer of read #3`. */
  readonly label: string;
}

/** All regions claimed now, found by page. */
export class Claims {
  readonly #byOwner = new Map<object, Claim[]>();
  readonly #byPage = new Map<number, Claim[]>();

  /**
   * Claims a region; an empty one is ignored.
   *
   * @param owner Whose claim it is.
   * @param claim The region.
   */
  add(owner: object, claim: Claim): void {
    if (claim.end <= claim.start) return;
    const claims = this.#byOwner.get(owner) ?? [];
    claims.push(claim);
    this.#byOwner.set(owner, claims);
    const last = lastPage(claim.end);
    for (let page = firstPage(claim.start); page <= last; page++) {
      const there = this.#byPage.get(page);
      if (there === undefined) this.#byPage.set(page, [claim]);
      else there.push(claim);
    }
  }

  /**
   * Gives up every region of an owner.
   *
   * @param owner Whose claims.
   */
  release(owner: object): void {
    for (const claim of this.#byOwner.get(owner) ?? []) {
      const last = lastPage(claim.end);
      for (let page = firstPage(claim.start); page <= last; page++) {
        const there = this.#byPage.get(page)!;
        if (there.length === 1) this.#byPage.delete(page);
        else there.splice(there.indexOf(claim), 1);
      }
    }
    this.#byOwner.delete(owner);
  }

  /**
   * Finds a claim that a region collides with.
   *
   * @param start First byte.
   * @param end One past the last byte.
   * @param writes Whether the region would be written; reads do not collide
   * with reads.
   * @returns A colliding claim, if any.
   */
  collision(start: Address, end: Address, writes: boolean): Claim | undefined {
    if (end <= start) return undefined;
    const [first, last] = [firstPage(start), lastPage(end)];
    if (last - first >= this.#byPage.size) {
      for (const claims of this.#byOwner.values()) {
        const found = claims.find((each) => collides(each, start, end, writes));
        if (found !== undefined) return found;
      }
      return undefined;
    }
    for (let page = first; page <= last; page++) {
      for (const claim of this.#byPage.get(page) ?? NONE) {
        if (collides(claim, start, end, writes)) return claim;
      }
    }
    return undefined;
  }
}

const NONE: readonly Claim[] = [];

function collides(
  claim: Claim,
  start: Address,
  end: Address,
  writes: boolean,
): boolean {
  return claim.start < end && start < claim.end && (writes || claim.writes);
}

/** Addresses are below 2 ** 53. */
function firstPage(start: Address): number {
  return Math.floor(Number(start) / PAGE);
}

function lastPage(end: Address): number {
  return Math.floor((Number(end) - 1) / PAGE);
}
