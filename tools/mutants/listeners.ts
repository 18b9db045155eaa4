/**
 * Mutants of listeners of pipes and sockets.
 *
 * @module
 */

import type { Mutant } from "./mutant.ts";

const PIPES = ["pipe_listener", "pipe_server"];
const SOCKETS = ["socket_listener"];

export const LISTENERS: readonly Mutant[] = [
  {
    name: "the first instance need not be the first",
    file: "pipe/pipe_listener.ts",
    find: "this.#createInstance(FILE_FLAG_FIRST_PIPE_INSTANCE);",
    replace: "this.#createInstance(0);",
    tests: ["pipe_takeover", ...PIPES],
  },
  {
    name: "a name that another server has is taken where the flag is ignored",
    file: "pipe/pipe_listener.ts",
    find: "if (info === null || info.instances <= 1) return handle;",
    replace: "if (info !== undefined) return handle;",
    tests: ["pipe_takeover", ...PIPES],
  },
  {
    name: "the next instance is not armed",
    file: "pipe/pipe_listener.ts",
    find: "    this.#backOff = FIRST_BACK_OFF;\n    this.refill();",
    replace: "    this.#backOff = FIRST_BACK_OFF;",
    tests: PIPES,
  },
  {
    name: "the next instance is armed after the client is handed out",
    file: "pipe/pipe_listener.ts",
    find:
      "    this.refill();\n    // Only the wait was the listener's to unreference.\n    this.#port.setReferenced(handle, true);\n    this.#events.onConnected(handle);",
    replace:
      "    this.#port.setReferenced(handle, true);\n    this.#events.onConnected(handle);\n    this.refill();",
    tests: ["invariants", ...PIPES],
  },
  {
    name: "the back-off does not grow",
    file: "pipe/pipe_listener.ts",
    find: "    this.#backOff = Math.min(this.#backOff * 2, LAST_BACK_OFF);\n",
    replace: "",
    tests: PIPES,
  },
  {
    name: "live connections do not count as instances",
    file: "pipe/pipe_listener.ts",
    find: "this.#armed.size + this.#live < maxInstances",
    replace: "this.#armed.size < maxInstances",
    tests: PIPES,
  },
  {
    name: "the instance that keeps the name is not closed",
    file: "pipe/pipe_listener.ts",
    find: "      this.#port.api.closeHandle(this.#keeper);\n",
    replace: "",
    tests: PIPES,
  },
  {
    name: "a client that came, wrote and left is lost",
    file: "pipe/pipe_listener.ts",
    find: "if (code === 0 || hasClient(code)) return",
    replace: "if (code === 0) return",
    tests: PIPES,
  },
  {
    name: "later instances have no access list",
    file: "pipe/pipe_listener.ts",
    find: "securityDescriptor: this.#descriptor.address,",
    replace: "securityDescriptor: flags === 0 ? 0n : this.#descriptor.address,",
    tests: ["pipe_takeover"],
  },
  {
    name: "a closed listener leaves its instances armed",
    file: "pipe/pipe_listener.ts",
    find:
      "    for (const handle of this.#armed.values()) this.#port.closeHandle(handle);\n    if",
    replace: "    if",
    tests: PIPES,
  },
  {
    name: "a listener that fails for good tells nobody",
    file: "pipe/pipe_listener.ts",
    find: "if (!temporary) this.#events.onError(error);",
    replace: "void temporary;",
    tests: PIPES,
  },
  {
    name: "the socket listener is not re-armed",
    file: "net/socket/socket_listener.ts",
    find:
      "    this.refill();\n    this.#handingOut--;\n    this.#events.onConnected(handle, traits);\n    this.refill();",
    replace:
      "    this.#handingOut--;\n    this.#events.onConnected(handle, traits);",
    tests: SOCKETS,
  },
  {
    name: "an accepted socket has no context",
    file: "net/socket/socket_listener.ts",
    find: "const code = this.#updateContext(socket);",
    replace: "const code = 0 * this.#places.length;",
    tests: SOCKETS,
  },
  {
    name: "two accepts share a place of the buffer",
    file: "net/socket/socket_listener.ts",
    find: "    this.#places.push(place);\n",
    replace: "    this.#places.push(0);\n",
    tests: SOCKETS,
  },
  {
    name: "the buffer of accepts in quarantine is reused",
    file: "net/socket/socket_listener.ts",
    find: "if (block && !this.#abandoned) this.#port.buffers.release(block);",
    replace: "if (block) this.#port.buffers.release(block);",
    tests: SOCKETS,
  },
  {
    name: "a failed accept leaks its socket",
    file: "net/socket/socket_listener.ts",
    find: "    this.#sockets.closeSocket(accept.socket);\n",
    replace: "",
    tests: SOCKETS,
  },
  {
    name: "a bind that fails leaks its socket",
    file: "net/socket/socket_listener.ts",
    find:
      "      sockets.closeSocket(socket);\n      throw error;\n    }\n    return this.#associate(socket);",
    replace: "      throw error;\n    }\n    return this.#associate(socket);",
    tests: SOCKETS,
  },
  {
    name: "a client that leaves before it is accepted stops the listener",
    file: "net/socket/socket_listener.ts",
    find: "if (!clientLeft(code)) return this.#failed(error);",
    replace: "return this.#failed(error);",
    tests: SOCKETS,
  },
];
