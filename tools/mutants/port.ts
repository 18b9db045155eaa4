/**
 * Mutants of the proactor: port, pump, slots, futures, waits, dialer.
 *
 * @module
 */

import type { Mutant } from "./mutant.ts";

const PORT_TESTS = ["completion_port", "invariants"];
const FUTURE_TESTS = ["overlapped_future", "races"];

export const PORT: readonly Mutant[] = [
  {
    name: "a cancel frees the slot",
    file: "proactor/port/completion_port.ts",
    find: "return owner.cancel(operation.address);",
    replace:
      "operation.pending = false;\n    return owner.cancel(operation.address);",
    tests: PORT_TESTS,
  },
  {
    name: "the slot is registered only when the call pends",
    file: "proactor/port/completion_port.ts",
    find:
      "  begin(operation: Operation): void {\n    operation.pending = true;",
    replace: "  begin(_operation: Operation): void {",
    tests: PORT_TESTS,
  },
  {
    name: "a synchronous completion leaves its slot pending",
    file: "proactor/port/completion_port.ts",
    find: "      operation.pending = false;\n      this.#synchronous++;",
    replace: "      this.#synchronous++;",
    tests: PORT_TESTS,
  },
  {
    name: "an operation starts on a closed handle",
    file: "proactor/port/completion_port.ts",
    find: "if (owner.closed) {",
    replace: "if (owner.closed && owner.pending > 0) {",
    tests: PORT_TESTS,
  },
  {
    name: "a closed handle's operations are not cancelled",
    file: "proactor/port/completion_port.ts",
    find: "    if (handle.pending > 0) handle.cancel(0n);\n",
    replace: "",
    tests: PORT_TESTS,
  },
  {
    name: "late reads do not follow the packets",
    file: "proactor/port/turns.ts",
    find: "    dispatcher.dispatch(count);\n    late.run();",
    replace: "    dispatcher.dispatch(count);",
    tests: ["late_reads"],
  },
  {
    name: "a callback dispatches the packets behind it",
    file: "proactor/port/turns.ts",
    find: "    if (this.#busy) return 0;\n",
    replace: "",
    tests: ["late_reads"],
  },
  {
    name: "a packet of another handle's key is believed",
    file: "proactor/port/dispatcher.ts",
    find: "if (!operation?.pending || !hasKey(operation, key)) {",
    replace: "if (!operation?.pending) {",
    tests: ["completion_port", "reused_handles"],
  },
  {
    name: "a packet of an operation that has ended is believed",
    file: "proactor/port/dispatcher.ts",
    find: "if (!operation?.pending || !hasKey(operation, key)) {",
    replace: "if (!operation || !hasKey(operation, key)) {",
    tests: PORT_TESTS,
  },
  {
    name: "an exception of a callback leaves the dispatch",
    file: "proactor/port/dispatcher.ts",
    find: 'this.#parts.report(error, "Exception in a completion callback");',
    replace: "throw error;",
    tests: PORT_TESTS,
  },
  {
    name: "the buffer of a given-up operation is reused at once",
    file: "proactor/port/dispatcher.ts",
    find: "    operation.listener = null;\n    operation.buffer = buffer;",
    replace:
      "    operation.listener = null;\n    if (buffer !== null) this.#parts.buffers.release(buffer);",
    tests: ["late_packets", "completion_port"],
  },
  {
    name: "the batch is one packet larger",
    file: "proactor/port/packet_queue.ts",
    find: "const BATCH = 32;",
    replace: "const BATCH = 33;",
    tests: ["invariants"],
  },
  {
    name: "every packet is a success",
    file: "proactor/port/packet_queue.ts",
    find: "this.status = view.getUint32(offset + ENTRY_STATUS, true);",
    replace: "this.status = 0;",
    tests: ["iocp_proactor"],
  },
  {
    name: "a pending slot is free",
    file: "proactor/port/operation.ts",
    find: "if (!operation.pending) this.#free.push(operation);",
    replace: "this.#free.push(operation);",
    tests: ["operation"],
  },
  {
    name: "slots above 4 GiB are found at the wrong place",
    file: "proactor/port/operation.ts",
    find: "(high - this.#baseHigh) * 2 ** 32 + (low - this.#baseLow)",
    replace: "low - this.#baseLow",
    tests: ["operation"],
  },
  {
    name: "slots in quarantine are freed",
    file: "proactor/port/operation.ts",
    find: "if (this.#base !== 0n && this.#quarantined === 0) {",
    replace: "if (this.#base !== 0n) {",
    tests: ["operation"],
  },
  {
    name: "warnings queue no packet",
    file: "proactor/port/port_handle.ts",
    find: "return code === ERROR_MORE_DATA && this.queuesWarnings;",
    replace: "return false;",
    tests: ["invariants"],
  },
  {
    name: "skip mode is forgotten: successes are dispatched twice",
    file: "proactor/port/port_handle.ts",
    find: "if (code === 0) return !this.skipsOnSuccess;",
    replace: "if (code === 0) return false;",
    tests: PORT_TESTS,
  },
  {
    name: "a busy pump never rests",
    file: "proactor/port/pump.ts",
    find: "return now - this.#busySince > BUSY_LIMIT;",
    replace: "return now - this.#busySince > 1e9;",
    tests: ["pump"],
  },
  {
    name: "a rest leaves calls for synchronous completions",
    file: "proactor/port/pump.ts",
    find: "    this.#host.calls.exhaust();\n",
    replace: "",
    tests: ["pump", "turn_budget"],
  },
  {
    name: "an idle pump polls for ever",
    file: "proactor/port/pump.ts",
    find:
      "if (!spent && this.#idleTurns < MAX_IDLE_TURNS) return this.#schedule();",
    replace: "return this.#schedule();",
    tests: ["pump"],
  },
  {
    name: "a wait is woken more than once",
    file: "proactor/port/pump.ts",
    find: "    if (this.#wakePosted) return;\n    this.#wakePosted =",
    replace: "    this.#wakePosted =",
    tests: ["pump"],
  },
  {
    name: "unreferenced operations keep the process alive",
    file: "proactor/port/pump.ts",
    find: "const referenced = this.#host.referenced > 0 ||",
    replace: "const referenced = true ||",
    tests: [],
    windows: ["tests/interop/waits_exit_test.ts"],
  },
  {
    name: "a wait whose end is awaited keeps no process alive",
    file: "proactor/port/pump.ts",
    find: "    this.#awaited = true;\n",
    replace: "",
    tests: ["awaited_waits"],
  },
  {
    name: "a wait that no thread begins is believed",
    file: "proactor/port/pump.ts",
    find: "const begun = queue.waitStarted || (!known && !queue.disarm());",
    replace: "const begun = known || !known;",
    tests: ["pump", "queued_waits"],
  },
  {
    name: "one call more in a turn",
    file: "proactor/port/call_budget.ts",
    find: "const CALLS_PER_TURN = 32;",
    replace: "const CALLS_PER_TURN = 33;",
    tests: ["turn_budget", "invariants"],
  },
  {
    name: "long calls take any time of a turn",
    file: "proactor/port/call_budget.ts",
    find:
      "if (now - this.#since > TIME_PER_TURN) this.#left = Math.min(this.#left, 0);",
    replace: "void (now - this.#since > TIME_PER_TURN);",
    tests: ["turn_budget"],
  },
  {
    name: "late reads take any number of calls",
    file: "proactor/port/late_reads.ts",
    find: "while (this.#next < end && !this.#host.calls.spent) {",
    replace: "while (this.#next < end) {",
    tests: ["late_reads", "turn_budget"],
  },
  {
    name: "an exception of a late read stops the others",
    file: "proactor/port/late_reads.ts",
    find:
      '      this.#host.report(error, "Exception in a completion callback");',
    replace: "      throw error;",
    tests: ["late_reads"],
  },
  {
    name: "a failed port leaves its operations pending",
    file: "proactor/port/port_life.ts",
    find:
      "for (const each of operations.pending()) runIn(ROOT, abandon, each);",
    replace: "void abandon, void operations;",
    tests: ["late_packets", "completion_port"],
  },
  {
    name: "a close cancels nothing",
    file: "proactor/port/port_life.ts",
    find: "for (const each of operations.pending()) this.#port.cancel(each);",
    replace: "void operations;",
    tests: PORT_TESTS,
  },
  {
    name: "a close frees buffers in quarantine",
    file: "proactor/port/port_life.ts",
    find: "if (quarantined === 0) buffers.dispose();",
    replace: "buffers.dispose();",
    tests: ["completion_port", "late_packets"],
  },
  {
    name: "data that come after a cancel are dropped",
    file: "proactor/future/overlapped_future.ts",
    find:
      "if (end.code === ERROR_OPERATION_ABORTED && this.#cancelRequested) {",
    replace: "if (this.#cancelRequested) {",
    tests: FUTURE_TESTS,
  },
  {
    name: "a cancel settles a pending future at once",
    file: "proactor/future/overlapped_future.ts",
    find: "if (this.#operation !== null) this.#port.cancel(this.#operation);",
    replace:
      "if (this.#operation !== null) {\n      this.#port.cancel(this.#operation);\n      super.cancel(reason);\n    }",
    tests: FUTURE_TESTS,
  },
  {
    name: "the reason of a cancel is lost",
    file: "proactor/future/overlapped_future.ts",
    find: "super.cancel(this.#reason);",
    replace: "super.cancel();",
    tests: ["abort_reason", "overlapped_future"],
  },
  {
    name: "a failed start releases the slot twice",
    file: "proactor/future/overlapped_future.ts",
    find:
      "    this.#port.operations.release(operation);\n    if (buffer !== null) this.#port.buffers.release(buffer);",
    replace:
      "    this.#port.operations.release(operation);\n    this.#port.operations.release(operation);\n    if (buffer !== null) this.#port.buffers.release(buffer);",
    tests: ["thrown_calls", "overlapped_future"],
  },
  {
    name: "a failed start keeps its buffer",
    file: "proactor/future/overlapped_future.ts",
    find:
      "    this.#port.operations.release(operation);\n    if (buffer !== null) this.#port.buffers.release(buffer);",
    replace: "    this.#port.operations.release(operation);\n    void buffer;",
    tests: ["thrown_calls", "overlapped_future"],
  },
  {
    name: "an immediate ERROR_MORE_DATA has no bytes",
    file: "proactor/future/overlapped_future.ts",
    find: "if (code === ERROR_MORE_DATA) return size;",
    replace: "if (code === ERROR_MORE_DATA) return 0;",
    tests: ["iocp_proactor", "invariants"],
  },
  {
    name: "reads settle in any order",
    file: "proactor/future/overlapped_future.ts",
    find:
      "this.#held = !order.succeed(this.#place, () => this.#settle(result));",
    replace: "this.setResult(result);",
    tests: ["settle_order"],
  },
  {
    name: "a wait that has timed out is signalled",
    file: "proactor/wait/handle_wait.ts",
    find: "if (end.code === 0) return end.bytes === 0;",
    replace: "if (end.code === 0) return true;",
    tests: ["wait_for_handle"],
  },
  {
    name: "a wait that is cancelled is not unregistered before its packet",
    file: "proactor/wait/handle_wait.ts",
    find: 'if (this.#state !== "cancelling" || this.#fired()) return;',
    replace: 'if (this.#state !== "cancelling") return;',
    tests: ["wait_races", "wait_for_handle"],
  },
  {
    name: "a wait leaks its duplicate handle",
    file: "proactor/wait/handle_wait.ts",
    find:
      "    this.#waits.port.api.closeHandle(this.#object);\n    this.#waits.registered--;",
    replace: "    this.#waits.registered--;",
    tests: ["wait_for_handle", "wait_races"],
  },
  {
    name: "a dial that was given up leaks its handle",
    file: "proactor/call/pipe_dialer.ts",
    find: "if (future.done()) this.#port.api.closeHandle(handle);\n      else ",
    replace: "if (!future.done()) ",
    tests: ["pipe_dialer"],
  },
  {
    name: "a kernel that always lies makes a busy loop",
    file: "proactor/call/pipe_dialer.ts",
    find:
      "if (!again || ++this.#falseAlarms > MAX_FALSE_ALARMS) this.#retryLater();",
    replace: "if (!again) this.#retryLater();",
    tests: ["pipe_dialer"],
  },
  {
    name: "a dial to a busy pipe fails",
    file: "proactor/call/pipe_dialer.ts",
    find: "if (code === ERROR_PIPE_BUSY) {",
    replace: "if (code === ERROR_PIPE_BUSY && dial.waitForServer) {",
    tests: ["pipe_dialer"],
  },
  {
    name: "a closed proactor leaves its dials waiting",
    file: "proactor/call/pipe_dialer.ts",
    find: "for (const queue of this.#queues.values()) queue.abort(error);",
    replace: "void error;",
    tests: ["pipe_dialer"],
  },
];
