import { AssertionError } from "../assert/assertion_error.ts";
import { assertEquals } from "../assert/equality.ts";
import { assertIsError } from "../assert/errors.ts";

/** A call that a spy saw. */
export interface SpyCall<
  Self = unknown,
  Args extends unknown[] = unknown[],
  Return = unknown,
> {
  /** What it was called with. */
  args: Args;
  /** What it returned. */
  returned?: Return;
  /** What it threw. */
  error?: Error;
  /** What it was called on. */
  self?: Self;
}

/** A function that remembers its calls. */
export interface Spy<
  Self = unknown,
  Args extends unknown[] = unknown[],
  Return = unknown,
> {
  (this: Self, ...args: Args): Return;
  /** The function spied on. */
  original: (this: Self, ...args: Args) => Return;
  /** The calls so far. */
  calls: SpyCall<Self, Args, Return>[];
  /** Whether the method spied on is back in its place. */
  restored: boolean;
  /** Puts the method spied on back in its place. */
  restore(): void;
}

/** A spy on a method. */
export interface MethodSpy<
  Self = unknown,
  Args extends unknown[] = unknown[],
  Return = unknown,
> extends Spy<Self, Args, Return>, Disposable {}

/** A spy that takes the place of a method. */
export interface Stub<
  Self = unknown,
  Args extends unknown[] = unknown[],
  Return = unknown,
> extends MethodSpy<Self, Args, Return> {
  /** The function called in place of the method. */
  fake: (this: Self, ...args: Args) => Return;
}

/** An error of the use of spies. */
export class MockError extends Error {
  /**
   * Creates the error.
   *
   * @param message What went wrong.
   */
  constructor(message: string) {
    super(message);
    this.name = "MockError";
  }
}

/** The parameters of a method. */
type ArgsOf<Self, Prop extends keyof Self> = Self[Prop] extends
  (...args: infer Args) => unknown ? Args : never;

/** The return type of a method. */
type ReturnOf<Self, Prop extends keyof Self> = Self[Prop] extends
  (...args: never[]) => infer Return ? Return : never;

/**
 * Makes a function that remembers its calls and does nothing else.
 *
 * @returns The spy.
 */
export function spy<
  Self = unknown,
  Args extends unknown[] = unknown[],
>(): Spy<Self, Args, undefined>;
/**
 * Makes a function that remembers its calls and does what another does.
 *
 * @param func The other function.
 * @returns The spy.
 */
export function spy<Self, Args extends unknown[], Return>(
  func: (this: Self, ...args: Args) => Return,
): Spy<Self, Args, Return>;
/**
 * Makes a method remember its calls.
 *
 * @param self The object.
 * @param property The name of the method.
 * @returns The spy.
 */
export function spy<Self, Prop extends keyof Self>(
  self: Self,
  property: Prop,
): MethodSpy<Self, ArgsOf<Self, Prop>, ReturnOf<Self, Prop>>;
export function spy(target?: unknown, property?: PropertyKey): unknown {
  if (property !== undefined) return replace(target as object, property);
  const original = target === undefined ? doNothing : asFunction(target);
  return remember(original, original, refuseRestore);
}

/**
 * Takes the place of a method.
 *
 * @param self The object.
 * @param property The name of the method.
 * @returns The stub, which does nothing.
 */
export function stub<Self, Prop extends keyof Self>(
  self: Self,
  property: Prop,
): Stub<Self, ArgsOf<Self, Prop>, ReturnOf<Self, Prop>>;
/**
 * Takes the place of a method.
 *
 * @param self The object.
 * @param property The name of the method.
 * @param func The function called in its place.
 * @returns The stub.
 */
export function stub<Self, Prop extends keyof Self>(
  self: Self,
  property: Prop,
  func: (
    this: Self,
    ...args: ArgsOf<Self, Prop>
  ) => ReturnOf<Self, Prop>,
): Stub<Self, ArgsOf<Self, Prop>, ReturnOf<Self, Prop>>;
export function stub(
  self: unknown,
  property: PropertyKey,
  func: unknown = doNothing,
): unknown {
  const fake = asFunction(func);
  return Object.assign(replace(self as object, property, fake), { fake });
}

/** Any function, called on any object. */
type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;

function doNothing(): void {}

function refuseRestore(): never {
  throw new MockError("Cannot restore: function cannot be restored");
}

function asFunction(value: unknown): AnyFunction {
  if (typeof value !== "function") {
    throw new MockError("Cannot spy: not an instance method");
  }
  return value as AnyFunction;
}

function replace(
  self: object,
  property: PropertyKey,
  fake?: AnyFunction,
): MethodSpy {
  const own = Object.getOwnPropertyDescriptor(self, property);
  const original = asFunction(Reflect.get(self, property));
  if ("original" in original && "calls" in original) {
    throw new MockError("Cannot spy: already spying on instance method");
  }
  const spied = remember(original, fake ?? original, () => {
    if (own) Object.defineProperty(self, property, own);
    else Reflect.deleteProperty(self, property);
  });
  Object.defineProperty(self, property, {
    value: spied,
    configurable: true,
    writable: true,
    enumerable: own?.enumerable ?? false,
  });
  return Object.assign(spied, { [Symbol.dispose]: () => spied.restore() });
}

function remember(
  original: AnyFunction,
  called: AnyFunction,
  undo: () => void,
): Spy {
  const calls: SpyCall[] = [];
  function spied(this: unknown, ...args: unknown[]): unknown {
    return recordCall(calls, called, { args, self: this });
  }
  function restore(): void {
    if (result.restored) {
      throw new MockError("Cannot restore: instance method already restored");
    }
    undo();
    result.restored = true;
  }
  const result = Object.assign(spied, {
    original,
    calls,
    restored: false,
    restore,
  });
  return result;
}

function recordCall(
  calls: SpyCall[],
  called: AnyFunction,
  call: SpyCall,
): unknown {
  try {
    call.returned = called.apply(call.self, call.args);
    return call.returned;
  } catch (error) {
    call.error = error as Error;
    throw error;
  } finally {
    calls.push(call);
  }
}

/**
 * Asserts how often a spy was called.
 *
 * @param spy The spy.
 * @param expectedCalls The number of calls wanted.
 */
export function assertSpyCalls<Self, Args extends unknown[], Return>(
  spy: Spy<Self, Args, Return>,
  expectedCalls: number,
): void {
  assertEquals(
    spy.calls.length,
    expectedCalls,
    `spy called ${spy.calls.length} times instead of ${expectedCalls}`,
  );
}

/** What is wanted of a call. */
export interface ExpectedSpyCall<
  Self = unknown,
  Args extends unknown[] = unknown[],
  Return = unknown,
> {
  /** What it was called with. */
  args?: [...Args, ...unknown[]];
  /** What it was called on. */
  self?: Self;
  /** What it returned; leave it out to demand nothing. */
  returned?: Return;
  /** What it threw. */
  error?: {
    /** The class of the error. */
    Class?: new (...args: never[]) => Error;
    /** The part of its message. */
    msgIncludes?: string;
  };
}

/**
 * Asserts that a spy was called as wanted.
 *
 * @param spy The spy.
 * @param callIndex The index of the call.
 * @param expected What is wanted of it.
 */
export function assertSpyCall<Self, Args extends unknown[], Return>(
  spy: Spy<Self, Args, Return>,
  callIndex: number,
  expected: ExpectedSpyCall<Self, Args, Return> = {},
): void {
  if ("returned" in expected && "error" in expected) {
    throw new TypeError("Cannot expect a call to return and to throw");
  }
  const call = callAt(spy, callIndex);
  if (expected.args) assertEquals<unknown[]>(call.args, expected.args);
  if ("self" in expected) assertEquals(call.self, expected.self);
  if ("returned" in expected) assertReturned(call, expected.returned);
  const { error } = expected;
  if (error) assertIsError(call.error, error.Class, error.msgIncludes);
}

/**
 * Asserts what a spy was called with.
 *
 * @param spy The spy.
 * @param callIndex The index of the call.
 * @param expected The arguments wanted.
 */
export function assertSpyCallArgs<Self, Args extends unknown[], Return>(
  spy: Spy<Self, Args, Return>,
  callIndex: number,
  expected: [...Args, ...unknown[]],
): void {
  assertSpyCall(spy, callIndex, { args: expected });
}

function callAt<Self, Args extends unknown[], Return>(
  spy: Spy<Self, Args, Return>,
  index: number,
): SpyCall<Self, Args, Return> {
  const call = spy.calls[index];
  if (!call) {
    throw new AssertionError(
      `Expected call ${index}: spy has ${spy.calls.length} calls`,
    );
  }
  return call;
}

function assertReturned(call: SpyCall, expected: unknown): void {
  if ("error" in call) {
    throw new AssertionError(`Expected a return value: threw ${call.error}`);
  }
  assertEquals(call.returned, expected);
}
