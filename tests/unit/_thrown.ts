/**
 * Values that are awkward to look at.
 *
 * @module
 */

/**
 * What a user may throw.
 *
 * @returns The values, each by what it is.
 */
export function thrownValues(): Record<string, unknown> {
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  return {
    "an object without a prototype": Object.create(null),
    "a symbol": Symbol("x"),
    "a revoked proxy": revoked.proxy,
    "an object whose text throws": {
      toString: () => {
        throw new Error("No text");
      },
    },
    "an object that throws when it is shown": {
      [Symbol.for("Deno.customInspect")]: () => {
        throw new Error("Not to be shown");
      },
    },
    "null": null,
    "undefined": undefined,
    "a text": "text",
  };
}
