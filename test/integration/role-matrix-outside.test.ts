import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RunningApp, runApp } from "../support/app.ts";
import { enrolDevice, importRegions } from "../support/county.ts";
import { TOWN, VILLAGE } from "../support/fleet.ts";
import { everywhere, newPerson, ofArea } from "../support/people.ts";
import { LETTERS, OUTSIDE_MATRIX, PUBLIC_PAGES } from "../support/role-matrix.ts";

const BROKER_SECRET = "only-the-broker-knows-this-secret";
const NOBODY = "01a208ab-4f54-7701-b61f-65b7cb025a6e";
/** Requests that are well-formed, about what is not there. */
const FITTING: Record<string, { path?: string; body?: object }> = {
  "POST /device/v1/enroll": {
    body: { code: "AAAA-AAAA-AAAA", hardwareId: "box", kind: "loudspeaker", model: "test", software: "1" },
  },
  "GET /calendar.ics": { path: `/calendar.ics?token=${"A".repeat(43)}` },
  "GET /media/{}": { path: `/media/${"0".repeat(64)}.mp4` },
};
const OPERATIONS = Object.entries(OUTSIDE_MATRIX);

let app: RunningApp;
/** What each of them sends to say who it is. */
const callers = new Map<string, Record<string, string>>([
  ["stranger", {}],
  ["broker", { authorization: `Bearer ${BROKER_SECRET}` }],
]);
beforeAll(async () => {
  app = await runApp({ env: { MQTT_AUTH_SECRET: BROKER_SECRET } });
  await importRegions(app.operator);
  const { token } = await enrolDevice(app.operator, app.url, VILLAGE);
  callers.set("device", { authorization: `Bearer ${token}` });
  for (const role of Object.values(LETTERS)) {
    const { credentials } = await newPerson(
      app,
      role,
      role === "town-admin" ? ofArea(TOWN) : everywhere(role),
    );
    callers.set(role, credentials);
  }
});
afterAll(() => app.close());

async function ask(operation: string, headers: Record<string, string>) {
  const [method = "", path = ""] = operation.split(" ");
  const { path: fitting = path.replace("{}", NOBODY), body = {} } = FITTING[operation] ?? {};
  const isSent = method === "POST";
  const answer = await fetch(app.url + fitting, {
    method,
    headers: { ...headers, ...(isSent && { "content-type": "application/json" }) },
    ...(isSent && { body: JSON.stringify(body) }),
  });
  return { status: answer.status, text: await answer.text() };
}
/** Not let in; what a broker is told of a device is an answer, and an address that is no permission may be of nothing. */
function isRefused({ status, text }: Awaited<ReturnType<typeof ask>>, whom: string): boolean {
  if (whom === "broker") return text.includes("The broker's secret is missing or wrong.");
  return status === 401 || status === 403 || (whom === "holder" && (status === 404 || status === 422));
}

test("every operation outside of the API is declared, and nothing else", async () => {
  const answer = await fetch(`${app.url}/api/docs/json`);
  const { paths } = (await answer.json()) as { paths: Record<string, object> };
  const documented = Object.entries(paths)
    .filter(([path]) => !path.startsWith("/api/v1/"))
    .flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{[^}]+\}/g, "{}")}`),
    );
  expect(OPERATIONS.map(([name]) => name).toSorted()).toEqual(documented.toSorted());
});

/** Who gets past the door, for each kind of operation; what is asked for is not there, or not asked well. */
const PASSES: Record<(typeof OPERATIONS)[number][1], (caller: string) => boolean> = {
  anybody: () => true,
  device: (caller) => caller === "device",
  broker: (caller) => caller === "broker",
  reader: (caller) => caller !== "stranger" && caller !== "broker",
  holder: () => false,
};

describe.each(["stranger", "broker", "device", ...Object.values(LETTERS)])("the %s", (caller) => {
  test.each(OPERATIONS)("%s is for: %s", async (operation, whom) => {
    const answer = await ask(operation, callers.get(caller) ?? {});
    expect(answer.status).toBeLessThan(500);
    expect([answer, isRefused(answer, whom)]).toEqual([answer, !PASSES[whom](caller)]);
  });

  test("sees the pages, and nothing where there is none", async () => {
    for (const page of PUBLIC_PAGES)
      expect([page, (await ask(`GET ${page}`, callers.get(caller) ?? {})).status]).toEqual([page, 200]);
    expect((await ask("GET /metrics", callers.get(caller) ?? {})).status).toBe(404);
  });
});
