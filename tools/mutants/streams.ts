/**
 * Mutants of streams: halves, queues, bytes.
 *
 * @module
 */

import type { Mutant } from "./mutant.ts";

const READS = ["read_half", "pipe_connection"];
const WRITES = ["write_half", "pipe_connection"];

export const STREAMS: readonly Mutant[] = [
  {
    name: "reads in larger pieces however much is held",
    file: "stream/read_size.ts",
    find: "this.#grow(atOnce && bytesInUse < BULK_LIMIT)",
    replace: "this.#grow(atOnce && bytesInUse < Infinity)",
    tests: ["read_half"],
  },
  {
    name: "a larger piece for who had to wait",
    file: "stream/read_size.ts",
    find: "this.#grow(atOnce && bytesInUse < BULK_LIMIT)",
    replace: "this.#grow(bytesInUse < BULK_LIMIT)",
    tests: ["read_half"],
  },
  {
    name: "a larger piece is tried each time",
    file: "stream/read_size.ts",
    find: "useful ? 1 : Math.min(4 * this.#patience, MOST_PATIENCE)",
    replace: "useful ? 1 : Math.min(1, MOST_PATIENCE)",
    tests: ["read_half"],
  },
  {
    name: "an empty read is not repeated",
    file: "stream/read_half.ts",
    find: "    if (!this.readable) this.#port.defer(() => this.#repeat());\n",
    replace: "",
    tests: READS,
  },
  {
    name: "an empty message is no end",
    file: "stream/read_half.ts",
    find: "else if (this.#emptyIsEnd && !more) this.#ended = true;",
    replace: "",
    tests: ["half_close", ...READS],
  },
  {
    name: "ERROR_MORE_DATA ends a message",
    file: "stream/read_half.ts",
    find: "return this.#acceptBytes(bytes, code === ERROR_MORE_DATA);",
    replace: "return this.#acceptBytes(bytes, false);",
    tests: READS,
  },
  {
    name: "every error of a read is the end",
    file: "stream/read_half.ts",
    find:
      "if (isEndOfStream(code)) this.#ended = true;\n    else this.#error = code;",
    replace: "this.#ended = true;",
    tests: READS,
  },
  {
    name: "an idle connection holds a buffer",
    file: "stream/read_half.ts",
    find: "if (this.#probe && !this.#hot) return this.#startProbe();",
    replace: "",
    tests: READS,
  },
  {
    name: "a closed read half gives the kernel's slot back",
    file: "stream/read_half.ts",
    find: "if (!this.#operation.pending) this.#releaseAll();",
    replace: "this.#releaseAll();",
    tests: READS,
  },
  {
    name: "a partial read drops the rest",
    file: "stream/read_half.ts",
    find: "    this.#start += count;\n",
    replace: "    this.#start = this.#end;\n    void count;\n",
    tests: READS,
  },
  {
    name: "the rest of a partial write is lost",
    file: "stream/write_half.ts",
    find: "if (inPart) this.#queue.takeBack(buffer, this.#inFlight);",
    replace: "void inPart;",
    tests: WRITES,
  },
  {
    name: "a partial write counts as whole",
    file: "stream/write_half.ts",
    find: "this.#written(Math.min(bytes, this.#inFlight));",
    replace: "this.#written(this.#inFlight);",
    tests: WRITES,
  },
  {
    name: "writes take any number of calls of a turn",
    file: "stream/write_half.ts",
    find: "      if (budget-- === 0) return this.#continueLater();\n",
    replace: "      budget--;\n",
    tests: [...WRITES, "turn_budget"],
  },
  {
    name: "an empty message is not written",
    file: "stream/write_half.ts",
    find: "if (length === 0 && !this.#messages) return 0;",
    replace: "if (length === 0) return 0;",
    tests: WRITES,
  },
  {
    name: "bytes that were dropped are not told",
    file: "stream/write_half.ts",
    find: "    this.#dropped += this.#queue.buffered;\n",
    replace: "",
    tests: ["close_deadline", ...WRITES],
  },
  {
    name: "the last error of a write is told, not the first",
    file: "stream/write_half.ts",
    find: "if (this.#error === 0) this.#error = code;",
    replace: "this.#error = code;",
    tests: WRITES,
  },
  {
    name: "queued writes are views of the caller's array",
    file: "stream/write_half.ts",
    find: "      this.#queue.keep(write, this.#inFlight);\n",
    replace: "",
    tests: ["hostile_writes", ...WRITES],
  },
  {
    name: "bytes that the peer took count as dropped",
    file: "stream/write_half.ts",
    find:
      "if (this.#inFlight > 0 && this.taken) this.#written(this.#inFlight);",
    replace: "",
    tests: ["close_deadline", ...WRITES],
  },
  {
    name: "a write that fails is not told",
    file: "stream/write_half.ts",
    find: "if (!this.ending) this.#consumer.onWriteError(code);",
    replace: "void code;",
    tests: WRITES,
  },
  {
    name: "writes are gathered across a message",
    file: "stream/write_queue.ts",
    find: "if (this.#messages || first === this.#single) return first!.length;",
    replace: "if (first === this.#single) return first!.length;",
    tests: WRITES,
  },
  {
    name: "a kept array is a view",
    file: "stream/write_queue.ts",
    find: "write.data = copyBytes(write.data, write.offset, write.length);",
    replace: "write.data = write.data.subarray(write.offset, write.length);",
    tests: ["hostile_writes", ...WRITES],
  },
  {
    name: "written bytes stay buffered",
    file: "stream/write_queue.ts",
    find: "    this.#buffered -= bytes;\n",
    replace: "",
    tests: WRITES,
  },
  {
    name: "what is left of a message part is lost",
    file: "stream/read_queue.ts",
    find:
      "if (count < kept.byteLength) this.#parts[0] = viewOf(kept, count);\n    else this.#parts.shift();",
    replace: "this.#parts.shift();",
    tests: ["pipe_connection"],
  },
  {
    name: "a read takes an aborted signal",
    file: "stream/read_queue.ts",
    find: "    signal?.throwIfAborted();\n    if (this.#waitsForPeer())",
    replace: "    if (this.#waitsForPeer())",
    tests: ["abort_reason"],
  },
  {
    name: "a read that was given up takes data",
    file: "stream/read_queue.ts",
    find:
      "    if (!this.#remove(request)) return;\n    request.reject(reason);",
    replace: "    request.reject(reason);",
    tests: ["abort_reason", "pipe_connection"],
  },
  {
    name: "reads leave their listeners on the signal",
    file: "stream/read_queue.ts",
    find:
      "    request.unlisten?.();\n    const removed = this.#requests.remove(request);",
    replace: "    const removed = this.#requests.remove(request);",
    tests: ["abort_reason", "pipe_connection"],
  },
  {
    name: "a copy is a view",
    file: "ffi/bytes.ts",
    find: "return new Uint8Array(whole ? array : viewOf(array, start, end));",
    replace: "return void whole, viewOf(array, start, end);",
    tests: ["bytes", "hostile_writes"],
  },
  {
    name: "a view begins at its buffer",
    file: "ffi/bytes.ts",
    find: "byteOffsetOf(array) + start",
    replace: "start",
    tests: ["bytes"],
  },
  {
    name: "bytes are set by a method that a subclass overrides",
    file: "ffi/bytes.ts",
    find: ") => void = call.bind(TypedArray.set);",
    replace:
      ") => void = (target, source, offset) => target.set(source, offset);",
    tests: ["bytes", "hostile_targets", "hostile_writes"],
  },
  {
    name: "a buffer of the pool is handed out twice",
    file: "ffi/memory.ts",
    find: "this.#free[index]!.pop() ??",
    replace: "this.#free[index]!.at(-1) ??",
    tests: ["memory", "pipe_connection"],
  },
  {
    name: "large buffers are never freed",
    file: "ffi/memory.ts",
    find:
      "      this.#api.virtualFree(buffer.address, 0, MEM_RELEASE);\n      return;",
    replace: "      return;",
    tests: ["memory"],
  },
];
