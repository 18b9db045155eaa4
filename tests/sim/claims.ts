/**
 * Which memory the simulated kernel owns, and for which operation.
 *
 * @module
 */

import type { Address } from "../../src/ffi/win32_api.ts";

const PAGE_BITS = 12n;

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
  readonly #byPage = new Map<Address, Set<Claim>>();

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
    for (const page of pagesOf(claim.start, claim.end)) {
      const there = this.#byPage.get(page) ?? new Set();
      there.add(claim);
      this.#byPage.set(page, there);
    }
  }

  /**
   * Gives up every region of an owner.
   *
   * @param owner Whose claims.
   */
  release(owner: object): void {
    for (const claim of this.#byOwner.get(owner) ?? []) {
      for (const page of pagesOf(claim.start, claim.end)) {
        const there = this.#byPage.get(page);
        there?.delete(claim);
        if (there?.size === 0) this.#byPage.delete(page);
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
    for (const claim of this.#candidates(start, end)) {
      const touches = claim.start < end && start < claim.end;
      if (touches && (writes || claim.writes)) return claim;
    }
    return undefined;
  }

  *#candidates(start: Address, end: Address): Generator<Claim> {
    const pages = ((end - 1n) >> PAGE_BITS) - (start >> PAGE_BITS) + 1n;
    if (pages > BigInt(this.#byPage.size)) {
      for (const claims of this.#byOwner.values()) yield* claims;
      return;
    }
    for (const page of pagesOf(start, end)) {
      yield* this.#byPage.get(page) ?? [];
    }
  }
}

function* pagesOf(start: Address, end: Address): Generator<Address> {
  const last = (end - 1n) >> PAGE_BITS;
  for (let page = start >> PAGE_BITS; page <= last; page++) yield page;
}
