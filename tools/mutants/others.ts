/**
 * Mutants of security, TLS, options, processes, files and datagrams.
 *
 * @module
 */

import type { Mutant } from "./mutant.ts";

const TLS = ["tls_session"];

export const OTHERS: readonly Mutant[] = [
  {
    name: "everyone may open a pipe",
    file: "pipe/security.ts",
    find: "return `D:P${owner}`;",
    replace: "return `D:P${owner}(A;;${READ_WRITE};;;WD)`;",
    tests: ["security"],
  },
  {
    name: "the owner of a pipe is not compared",
    file: "pipe/expected_server.ts",
    find: "if (ownersOf(win32, expected).includes(owner)) return;",
    replace: "return;",
    tests: ["expected_server"],
  },
  {
    name: "an unknown owner is trusted",
    file: "pipe/expected_server.ts",
    find: 'if (owner === "") throw ownerUnknown(win32, path);',
    replace: 'if (owner === "") return;',
    tests: ["expected_server"],
  },
  {
    name: "a thread goes on as the client",
    file: "pipe/client_token.ts",
    find: "    identity.revertToSelf();\n",
    replace: "",
    tests: ["impersonate"],
  },
  {
    name: "a client is acted for beyond what it allows",
    file: "identity/impersonate.ts",
    find: "if (level >= wanted && level > LEVEL_ANONYMOUS) {",
    replace: "if (level > LEVEL_ANONYMOUS) {",
    tests: ["impersonate"],
  },
  {
    name: "a promise goes on behind impersonate()",
    file: "identity/impersonate.ts",
    find: "    assertResult(result);\n",
    replace: "",
    tests: ["impersonate"],
  },
  {
    name: "the length of a frame has no limit",
    file: "stream/framing/length_prefix.ts",
    find: "      assertFrameLength(this.#length, this.#maxLength);\n",
    replace: "",
    tests: ["framing"],
  },
  {
    name: "others may make instances",
    file: "pipe/pipe_access.ts",
    find: 'const READ_WRITE = "0x12019b";',
    replace: 'const READ_WRITE = "0x12019f";',
    tests: ["security"],
  },
  {
    name: "remote clients get in",
    file: "pipe/server_options.ts",
    find: "mode | (allowRemote ? 0 : PIPE_REJECT_REMOTE_CLIENTS)",
    replace: "mode | (allowRemote ? 0 : 0 * PIPE_REJECT_REMOTE_CLIENTS)",
    tests: ["server_options"],
  },
  {
    name: "servers may impersonate clients by default",
    file: "pipe/connect_pipe.ts",
    find: "identification: SECURITY_IDENTIFICATION,",
    replace: "identification: 0x2_0000,",
    tests: ["impersonate"],
  },
  {
    name: "certificates are not checked",
    file: "net/tls/open_tls.ts",
    find: "rejectUnauthorized: true,",
    replace: "rejectUnauthorized: false,",
    tests: [],
    windows: ["tests/windows/net/start_tls_errors_test.ts"],
  },
  {
    name: "NODE_TLS_REJECT_UNAUTHORIZED decides about certificates",
    file: "net/tls/open_tls.ts",
    find:
      "    rejectUnauthorized: true, // else an environment variable decides\n",
    replace: "",
    tests: [],
    windows: ["tests/interop/net_tls_names_test.ts"],
  },
  {
    name: "the name in a certificate is not checked",
    file: "net/tls/open_tls.ts",
    find: ": nameError(hostname, certificate),",
    replace: ": void nameError(hostname, certificate),",
    tests: [],
    windows: ["tests/windows/net/start_tls_names_test.ts"],
  },
  {
    name: "the end of the connection is the end of TLS",
    file: "net/tls/tls_session.ts",
    find: "if (!this.#ended) this.fail(this.#truncated());",
    replace: "if (!this.#ended) this.#peerEnded();",
    tests: TLS,
  },
  {
    name: "data before the end of the handshake are given out",
    file: "net/tls/tls_session.ts",
    find: "return this.#established ? this.#available : 0;",
    replace: "return this.#available;",
    tests: TLS,
  },
  {
    name: "backslashes before a quote are not doubled",
    file: "process/command_line.ts",
    find: "'$1$1\\\\\"'",
    replace: "'$1\\\\\"'",
    tests: ["command_line"],
  },
  {
    name: "backslashes at the end of an argument are not doubled",
    file: "process/command_line.ts",
    find: '.replace(/(\\\\+)$/, "$1$1")',
    replace: '.replace(/(\\\\+)$/, "$1")',
    tests: ["command_line"],
  },
  {
    name: "a datagram is given twice",
    file: "net/udp/receive_queue.ts",
    find: "    const taken = take(datagram);\n    this.#reader.next();\n",
    replace: "    const taken = take(datagram);\n",
    tests: ["udp_close_deadline"],
  },
];
