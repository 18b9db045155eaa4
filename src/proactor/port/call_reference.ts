/**
 * Which calls on other threads keep the process alive.
 *
 * @module
 */

interface DenoCore {
  refOpPromise?(promise: Promise<unknown>): void;
  unrefOpPromise?(promise: Promise<unknown>): void;
}

/**
 * Says whether a pending call on another thread keeps the process alive. For
 * FFI calls only an internal of Deno can; where it is missing, all calls do.
 *
 * @param call The promise of the FFI call.
 * @param referenced True at first.
 */
export function setCallReferenced(
  call: Promise<unknown>,
  referenced: boolean,
): void {
  const core = denoCore();
  if (referenced) core?.refOpPromise?.(call);
  else core?.unrefOpPromise?.(call);
}

function denoCore(): DenoCore | undefined {
  const { internal } = Deno as unknown as { internal?: symbol };
  const deno = Deno as unknown as Record<symbol, { core?: DenoCore }>;
  return internal === undefined ? undefined : deno[internal]?.core;
}
