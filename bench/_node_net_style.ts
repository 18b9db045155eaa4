/**
 * `node:net` of Deno, to compare with.
 *
 * @module
 */

import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { AskingProtocol } from "./_protocol_style.ts";
import {
  type Answerer,
  type Client,
  type Service,
  uniquePipeName,
} from "./_style.ts";

const HOSTNAME = "127.0.0.1";

/**
 * Starts a server that answers.
 *
 * @param transport How bytes travel.
 * @param makeAnswerer Called for each client.
 * @returns The server.
 */
export function openNodeNet(
  transport: "byte pipe" | "TCP",
  makeAnswerer: () => Answerer,
): Promise<Service> {
  const { promise, resolve, reject } = Promise.withResolvers<Service>();
  const server = createServer({ noDelay: true }, (socket) => {
    const answerer = makeAnswerer();
    socket.on("data", (data: Uint8Array) => socket.write(answerer(data)));
  });
  server.on("error", reject);
  if (transport === "TCP") {
    server.listen(0, HOSTNAME, () => {
      const { port } = server.address() as AddressInfo;
      resolve({ connect: () => openClient(connect(port, HOSTNAME)) });
    });
  } else {
    const path = uniquePipeName();
    server.listen(path, () => {
      resolve({ connect: () => openClient(connect(path)) });
    });
  }
  return promise;
}

function openClient(socket: Socket): Promise<Client> {
  const { promise, resolve, reject } = Promise.withResolvers<Client>();
  const client = new AskingProtocol();
  socket.on("error", reject);
  socket.on("data", (data: Uint8Array) => client.dataReceived(data));
  socket.on("connect", () => {
    client.connectionMade(socket);
    resolve(client);
  });
  return promise;
}
