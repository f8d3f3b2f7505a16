import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { AskersJob } from "./playlist-storm.ts";

/**
 * Devices that ask for their playlists over a few kept connections, one request at a time on each. Requests are written by hand: a client
 * that did more would be what is measured.
 */
const [{ url, tokens, connections }] = (await once(process, "message")) as [AskersJob];
const { hostname, port, host } = new URL(url);
const sockets = await Promise.all(
  Array.from({ length: connections }, async () => {
    const socket = connect(Number(port), hostname).setNoDelay();
    await once(socket, "connect");
    return socket;
  }),
);

/** Asks for each device in turn, and returns the entity tags; every answer has to have the status. */
async function askFor(etags: (string | null)[], status: number): Promise<string[]> {
  const answered: string[] = [];
  let next = 0;
  await Promise.all(
    sockets.map(async (socket) => {
      for (let device = next++; device < tokens.length; device = next++) {
        answered[device] = await ask(socket, tokens[device] ?? "", etags[device] ?? null, status);
      }
    }),
  );
  return answered;
}

function ask(socket: Socket, token: string, etag: string | null, status: number): Promise<string> {
  const condition = etag === null ? "" : `If-None-Match: ${etag}\r\n`;
  socket.write(
    `GET /device/v1/playlist HTTP/1.1\r\nHost: ${host}\r\nAccept: application/jose\r\n` +
      `Authorization: Bearer ${token}\r\n${condition}\r\n`,
  );
  return new Promise((resolve, reject) => {
    let text = "";
    const onData = (chunk: Buffer) => {
      text += chunk.toString("latin1");
      const end = text.indexOf("\r\n\r\n");
      if (end < 0 || text.length < end + 4 + bodyBytes(text)) return;
      socket.off("data", onData);
      if (!text.startsWith(`HTTP/1.1 ${status} `)) return reject(new Error(text.slice(0, 500)));
      resolve(/^etag: (.*)\r$/im.exec(text)?.[1] ?? "");
    };
    socket.on("data", onData);
  });
}

const bodyBytes = (head: string): number =>
  head.startsWith("HTTP/1.1 304") ? 0 : Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);

const etags = await askFor([], 200);
process.send?.("ready");
for (;;) {
  await once(process, "message");
  const before = performance.now();
  await askFor(etags, 304);
  process.send?.(performance.now() - before);
}
