/** @grpc/grpc-js over pipes. */

import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import net from "node:net";
import grpc from "npm:@grpc/grpc-js@1.14.7";
import { connect, createServer } from "../../src/node/mod.ts";
import { libraryTest } from "./_library.ts";

const text = {
  path: "",
  requestStream: false,
  responseStream: false,
  requestSerialize: (value: string) => Buffer.from(value),
  requestDeserialize: (bytes: Uint8Array) => String(bytes),
  responseSerialize: (value: string) => Buffer.from(value),
  responseDeserialize: (bytes: Uint8Array) => String(bytes),
};
const service = {
  upper: { ...text, path: "/test.Words/Upper" },
  count: { ...text, path: "/test.Words/Count", responseStream: true },
};

function makeServer(): grpc.Server {
  const server = new grpc.Server();
  server.addService(service, {
    upper: (
      call: grpc.ServerUnaryCall<string, string>,
      done: grpc.sendUnaryData<string>,
    ) => done(null, call.request.toUpperCase()),
    count: (call: grpc.ServerWritableStream<string, string>) => {
      for (const letter of call.request) call.write(letter);
      call.end();
    },
  });
  return server;
}

libraryTest(
  "@grpc/grpc-js",
  "both",
  "20 calls at once, and a stream of answers",
  async ({ path, undo }) => {
    const original = net.connect;
    undo.defer(() => void (net.connect = original));
    const rpc = makeServer();
    const credentials = grpc.ServerCredentials.createInsecure();
    const injector = rpc.createConnectionInjector(credentials);
    const server = createServer((s) => injector.injectConnection(s)); // glue
    undo.use(server.listen(path));
    undo.defer(() => injector.destroy());
    net.connect = connect as unknown as typeof net.connect; // glue
    const Words = grpc.makeGenericClientConstructor(service, "Words");
    const target = `unix:${path}`;
    const client = new Words(target, grpc.credentials.createInsecure());
    undo.defer(() => client.close());
    const texts = await Promise.all(
      Array.from(
        { length: 20 },
        (_, i) =>
          new Promise<string>((resolve, reject) =>
            client["upper"]!(
              `word ${i}`,
              (error: Error | null, text: string) =>
                error ? reject(error) : resolve(text),
            )
          ),
      ),
    );
    assertEquals(texts, texts.map((_, i) => `WORD ${i}`));
    const letters = await Array.fromAsync<string>(client["count"]!("abc"));
    assertEquals(letters, ["a", "b", "c"]);
  },
);
