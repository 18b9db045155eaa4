/**
 * A limit for each test: one that hangs fails by its name, and those behind it
 * run. `deno test` loads this file before the tests when it is given as
 * `--preload`.
 *
 * @module
 */

/** Milliseconds that no unit test takes, on any machine. */
const LIMIT = 60_000;

/** The function of a test. */
export type Body = (context: Deno.TestContext) => void | Promise<void>;

// A test may put a clock of its own in their place.
const { setTimeout, clearTimeout } = globalThis;

/**
 * Makes the function of a test one that fails when it hangs.
 *
 * @param body The function.
 * @param limit Milliseconds that it may take.
 * @returns The function that takes its place.
 */
export function limited(body: Body, limit = LIMIT): Body {
  return (context) => {
    const ended = body(context);
    return ended instanceof Promise ? within(limit, ended) : ended;
  };
}

async function within(limit: number, ended: Promise<void>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const error = new Error(`The test has not ended after ${limit / 1000} s`);
  const timer = setTimeout(() => reject(error), limit);
  // Deno fails a test that nothing keeps alive: the limit must not.
  Deno.unrefTimer(timer);
  try {
    await Promise.race([ended, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** The form of arguments that a test was registered by, its body limited. */
function limit(argument: unknown): unknown {
  if (typeof argument === "function") return named(argument as Body);
  const { fn } = Object(argument);
  return fn === undefined ? argument : { ...Object(argument), fn: limited(fn) };
}

/** A test that is given as a function alone is named by it. */
function named(body: Body): Body {
  return Object.defineProperty(limited(body), "name", { value: body.name });
}

const test = new Proxy(Deno.test, {
  apply: (register, self, args) =>
    Reflect.apply(register, self, args.map(limit)),
});
Reflect.set(Deno, "test", test);
