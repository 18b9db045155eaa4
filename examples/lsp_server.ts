/**
 * A language server: it warns of TODO and completes words. An editor that
 * starts it with `--pipe=NAME` listens on that pipe, as VS Code does
 * (`TransportKind.pipe`).
 *
 *     deno run --allow-ffi --allow-env examples/lsp_server.ts --pipe=NAME
 *
 * @module
 */

import { connect } from "@iocp/proactor/node";
import {
  createConnection,
  DiagnosticSeverity,
  TextDocuments,
  TextDocumentSyncKind,
} from "npm:vscode-languageserver@10.1.2/node";
import { TextDocument } from "npm:vscode-languageserver-textdocument@1.0.16";

const path = Deno.args.find((arg) => arg.startsWith("--pipe="))?.slice(7);
if (path === undefined) {
  console.error("Usage: lsp_server.ts --pipe=NAME");
  Deno.exit(2);
}

const socket = connect(path);
const connection = createConnection(socket, socket);
const documents = new TextDocuments(TextDocument);

connection.onInitialize(() => ({
  capabilities: {
    textDocumentSync: TextDocumentSyncKind.Incremental,
    completionProvider: {},
  },
  serverInfo: { name: "words" },
}));

documents.onDidChangeContent(({ document }) => {
  const diagnostics = [...document.getText().matchAll(/TODO/g)].map((todo) => ({
    message: "Something is left to do",
    severity: DiagnosticSeverity.Warning,
    range: {
      start: document.positionAt(todo.index),
      end: document.positionAt(todo.index + todo[0].length),
    },
  }));
  connection.sendDiagnostics({ uri: document.uri, diagnostics });
});

connection.onCompletion(({ textDocument }) => {
  const text = documents.get(textDocument.uri)?.getText() ?? "";
  const words = new Set(text.match(/\p{L}{3,}/gu));
  return [...words].sort().map((label) => ({ label }));
});

connection.onShutdown(() => {});
connection.onExit(() => Deno.exit(0));
socket.on("close", () => Deno.exit(1)); // the editor has gone
documents.listen(connection);
connection.listen();
