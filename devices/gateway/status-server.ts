import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Trouble } from "../core/recent-troubles.ts";
import type { DeviceStatus } from "../core/status.ts";
import { renderStatus, STATUS_STYLE } from "./status-page.ts";
import { statusWords } from "./status-words.ts";

interface Options {
  status: () => DeviceStatus;
  troubles: () => Trouble[];
}

const HEADERS = {
  "content-security-policy":
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
};
/** Whoever looks at a box is one person; more at once is nobody's need, and costs memory. */
const MAX_CONNECTIONS = 16;
const REQUEST_WITHIN_MS = 5_000;

/**
 * The status for whoever stands before the box: `/` as a page, `/status.json` as it is. It is read only, and says nothing
 * secret, but it says what will be broadcast: on another address than the loopback it is the whole network's to read.
 * @returns what ends it @throws when the address cannot be taken
 */
export async function openStatusPage(
  { host = "127.0.0.1", port }: { host?: string; port: number },
  { status, troubles }: Options,
): Promise<() => void> {
  function answer(request: IncomingMessage, response: ServerResponse): void {
    const send = (code: number, type: string, body: string, more: Record<string, string> = {}) =>
      response
        .writeHead(code, { ...HEADERS, ...more, "content-type": `${type}; charset=utf-8` })
        .end(request.method === "HEAD" ? undefined : body);
    if (request.method !== "GET" && request.method !== "HEAD")
      return void send(405, "text/plain", "read only\n", { allow: "GET, HEAD" });
    const url = URL.parse(request.url ?? "/", "http://box");
    if (!url) return void send(400, "text/plain", "no such address\n");
    switch (url.pathname) {
      case "/": {
        const asked = url.searchParams.get("lang") ?? request.headers["accept-language"] ?? "zh";
        const words = asked.startsWith("en") ? statusWords.en : statusWords.zh;
        return void send(200, "text/html", renderStatus(status(), troubles(), words));
      }
      case "/status.json":
        return void send(200, "application/json", JSON.stringify(status()));
      case "/status.css":
        return void send(200, "text/css", STATUS_STYLE);
      default:
        return void send(404, "text/plain", "not found\n");
    }
  }

  const server = createServer(
    { requestTimeout: REQUEST_WITHIN_MS, headersTimeout: REQUEST_WITHIN_MS },
    answer,
  );
  server.maxConnections = MAX_CONNECTIONS;
  server.listen(port, host);
  await once(server, "listening");
  return () => {
    server.close();
    server.closeAllConnections();
  };
}
