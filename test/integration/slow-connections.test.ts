import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { repeat } from "../../src/clock.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { COUNTY } from "../support/fleet.ts";

let app: RunningApp;
beforeAll(async () => {
  app = await runApp({ env: { HTTP_BODY_SECONDS: "1", HTTP_MAX_CONNECTIONS: "20" } });
});
afterAll(() => app.close());

function open(): { socket: Socket; received: () => string; closed: Promise<unknown> } {
  const socket = connect(Number(new URL(app.url).port), "127.0.0.1");
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => chunks.push(chunk));
  // A connection that is cut while something is being sent ends with an error as well.
  socket.on("error", () => {});
  const closed = new Promise((resolve) => socket.once("close", resolve));
  return { socket, closed, received: () => Buffer.concat(chunks).toString() };
}

/** Sends the head of a request and a byte of its body now and then, until the server has enough. */
async function drip(head: string, everyMs = 50): Promise<string> {
  const { socket, received, closed } = open();
  socket.write(head);
  const end = repeat(everyMs, () => socket.write("x"));
  await closed;
  end();
  return received();
}

const head = (method: string, path: string, headers: Record<string, string>) =>
  [
    `${method} ${path} HTTP/1.1`,
    "host: here",
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    "\r\n",
  ].join("\r\n");

test("a head that comes a byte at a time is cut, however steadily it comes", async () => {
  const answer = await drip("GET /readyz HTTP/1.1\r\nhost: here\r\nx-never-ending: ");
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
});

describe("a body that comes a byte at a time", () => {
  const endless = { "content-type": "application/json", "content-length": "100000" };

  test("is cut when it is not whole in time, and is told why", async () => {
    const answer = await drip(head("POST", "/api/v1/sign-in", endless));
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toContain("The request did not arrive in time.");
  });

  test("is cut although it was refused before it came", async () => {
    const refused = [
      ["/api/v1/schedules", "401"],
      ["/%zz", "422"],
    ] as const;
    for (const [path, status] of refused) {
      const answer = await drip(head("POST", path, endless));
      expect({ path, status: answer.slice(9, 12) }).toEqual({ path, status });
    }
  });

  test("is cut in the middle of an upload, too, while one of a fair pace goes on for as long as it takes", async () => {
    const { cookie = "", "x-csrf-token": csrf = "" } = app.operator.credentials;
    const order = {
      title: "慢",
      class: "drill",
      silent: true,
      source: { upload: true },
      targets: { regions: [COUNTY], kinds: ["loudspeaker"] },
    };
    const { id } = await app.operator.post<{ id: string }>("/announcements", order);
    const upload = (bytes: number) =>
      head("PUT", `/api/v1/announcements/${id}/recording?filename=slow.wav`, {
        cookie,
        "x-csrf-token": csrf,
        "content-type": "application/octet-stream",
        "content-length": String(bytes),
      });
    expect(await drip(upload(1_000_000))).toMatch(/^HTTP\/1\.1 408 /);

    const bytes = 40 * 16 * 1024;
    const { socket, received, closed } = open();
    socket.write(upload(bytes));
    let left = 40;
    // Three seconds, at three and a half times the least.
    const end = repeat(75, () => {
      if (left > 0) socket.write(Buffer.alloc(16 * 1024));
      left -= 1;
    });
    await once(socket, "data");
    expect(left).toBeLessThanOrEqual(0);
    // It is no sound, but all of it came.
    expect(received()).toMatch(/^HTTP\/1\.1 4(?!08)\d\d /);
    end();
    socket.destroy();
    await closed;
  });
});

test("one address holds half of the connections at most; who has one goes on, and stops", async () => {
  const held = await Promise.all(
    Array.from({ length: 12 }, async () => {
      const connection = open();
      await once(connection.socket, "connect");
      return connection;
    }),
  );
  const [first] = held;
  if (!first) throw new Error("there is no connection");
  const refused = held.slice(-2);
  await Promise.all(refused.map(({ closed }) => closed));
  expect(app.log.text()).toContain("a connection is refused: there are too many");
  const { cookie = "", "x-csrf-token": csrf = "" } = app.operator.credentials;
  first.socket.write(head("POST", "/api/v1/stop", { cookie, "x-csrf-token": csrf, "content-length": "0" }));
  await once(first.socket, "data");
  expect(first.received()).toMatch(/^HTTP\/1\.1 200 /);
  for (const { socket } of held) socket.destroy();
  await Promise.all(held.map(({ closed }) => closed));
});
