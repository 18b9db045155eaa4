/**
 * A policy whose loops are on simulated kernels.
 *
 * @module
 */

import { abortable } from "@std/async/abortable";
import type { ExceptionContext } from "../../src/loop/exception_handler.ts";
import { EventLoopPolicy, setEventLoopPolicy } from "../../src/loop/policy.ts";
import { ProactorEventLoop } from "../../src/loop/proactor_event_loop.ts";
import { IocpProactor } from "../../src/proactor/iocp_proactor.ts";
import { SimulatedWin32 } from "../sim/simulated_win32.ts";

/** Makes loops over simulated kernels, and keeps them for inspection. */
export class SimulatedPolicy extends EventLoopPolicy implements Disposable {
  readonly loops: ProactorEventLoop[] = [];
  readonly exceptions: ExceptionContext[] = [];

  override newEventLoop(): ProactorEventLoop {
    const proactor = new IocpProactor({ api: new SimulatedWin32() });
    const loop = new ProactorEventLoop({ proactor });
    loop.setExceptionHandler((_, context) => this.exceptions.push(context));
    this.loops.push(loop);
    return loop;
  }

  [Symbol.dispose](): void {
    setEventLoopPolicy(null);
  }
}

/**
 * Makes it the policy of the thread until it is disposed.
 *
 * @returns The policy.
 */
export function usePolicy(): SimulatedPolicy {
  const policy = new SimulatedPolicy();
  setEventLoopPolicy(policy);
  return policy;
}

/**
 * Ends only when it is cancelled.
 *
 * @param signal The task's.
 */
export function forever(signal: AbortSignal): Promise<never> {
  return abortable(new Promise<never>(() => {}), signal);
}
