import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { createWebSocketStream, WebSocketServer } from "ws";

export const WEBSOCKET_PATH = "/mqtt";

export const isWebSocket = (url: string): boolean => /^wss?:/.test(url);

/** A frame holds a packet or more; the broker's own limit is on packets. */
const MAX_FRAME_BYTES = 1024 * 1024;

interface Options {
  /** The HTTP server whose upgrade requests are answered: no port of its own, and TLS from the same proxy. */
  http: Server;
  accept(connection: Duplex, request: IncomingMessage): void;
}

/** MQTT over WebSocket (3.1.1 §6) at `/mqtt`. The returned function ends it, and every connection that came by it. */
export function serveWebSocket({ http, accept }: Options): () => void {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
    // §6: the server answers with the subprotocol that it speaks, out of those offered.
    handleProtocols: (offered) => (offered.has("mqtt") ? "mqtt" : false),
  });
  sockets.on("connection", (socket, request) => {
    const connection = createWebSocketStream(socket);
    // Whoever reads it hears of an error as well; without a listener of its own it would end the process.
    connection.on("error", () => {});
    accept(connection, request);
  });

  function onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const path = request.url?.split("?")[0];
    const offered = request.headers["sec-websocket-protocol"]?.split(",").map((name) => name.trim());
    if (path === WEBSOCKET_PATH && offered?.includes("mqtt")) {
      sockets.handleUpgrade(request, socket, head, (opened) => sockets.emit("connection", opened, request));
      return;
    }
    socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  }
  http.on("upgrade", onUpgrade);

  return () => {
    http.off("upgrade", onUpgrade);
    for (const socket of sockets.clients) socket.terminate();
  };
}
