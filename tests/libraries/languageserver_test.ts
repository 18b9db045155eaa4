/** A language server of vscode-languageserver over a pipe. */

import { assertEquals } from "@std/assert";
import process from "node:process";
import { createMessageConnection } from "npm:vscode-jsonrpc@10.0.0/node";
import {
  createConnection,
  TextDocuments,
  TextDocumentSyncKind,
} from "npm:vscode-languageserver@10.1.2/node";
import { TextDocument } from "npm:vscode-languageserver-textdocument@1.0.16";
import { connect, createServer } from "../../src/node/mod.ts";
import { libraryTest } from "./_library.ts";

libraryTest(
  "vscode-languageserver",
  "server",
  "a document is opened and completed by `vscode-jsonrpc`",
  async ({ path, undo }) => {
    const ended = undo.use(new ExitCode());
    const server = createServer((socket) => {
      serveLanguage(createConnection(socket, socket)); // glue
    });
    undo.use(server.listen(path));
    const socket = connect(path);
    const client = createMessageConnection(socket, socket);
    client.listen();
    const params = { processId: null, rootUri: null, capabilities: {} };
    const { capabilities } = await client.sendRequest<
      { capabilities: { textDocumentSync: number } }
    >("initialize", params);
    assertEquals(capabilities.textDocumentSync, 2);
    await client.sendNotification("initialized", {});
    const uri = "file:///a.txt";
    await client.sendNotification("textDocument/didOpen", {
      textDocument: { uri, languageId: "text", version: 1, text: "one two" },
    });
    const position = { line: 0, character: 0 };
    const place = { textDocument: { uri }, position };
    const items = await client.sendRequest("textDocument/completion", place);
    assertEquals(items, [{ label: "one" }, { label: "two" }]);
    await client.sendRequest("shutdown");
    client.dispose();
    socket.destroy();
    assertEquals(await ended.code, 0);
  },
);

/** A language server ends its process when its connection ends. */
class ExitCode implements Disposable {
  readonly #exit = process.exit;
  readonly #code = Promise.withResolvers<unknown>();

  constructor() {
    process.exit = ((code) => this.#code.resolve(code)) as typeof process.exit;
  }

  get code(): Promise<unknown> {
    return this.#code.promise;
  }

  [Symbol.dispose](): void {
    process.exit = this.#exit;
  }
}

function serveLanguage(connection: ReturnType<typeof createConnection>): void {
  const documents = new TextDocuments(TextDocument);
  connection.onInitialize(() => ({
    capabilities: {
      textDocumentSync: TextDocumentSyncKind.Incremental,
      completionProvider: {},
    },
  }));
  connection.onCompletion(({ textDocument }) => {
    const words = documents.get(textDocument.uri)?.getText().split(" ") ?? [];
    return words.map((label) => ({ label }));
  });
  documents.listen(connection);
  connection.listen();
}
