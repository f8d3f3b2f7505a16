import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Operator } from "../../scripts/operator-client.ts";
import { until } from "../../scripts/until.ts";
import type { Playlist } from "../../src/protocol/messages.ts";
import { subscriptionsOf } from "../../src/protocol/topics.ts";
import { enrolDevice } from "../support/county.ts";
import { connectDevice, type DeviceClient } from "../support/device-client.ts";
import { FAR_VILLAGE, type Member, OTHER_TOWN, TOWN, VILLAGE } from "../support/fleet.ts";
import { type LectureDay, openLectureDay } from "../support/lecture.ts";
import { asStranger, everywhere, newPerson, ofArea } from "../support/people.ts";

const PUBLIC_URL = "http://ring.example";
const PER_MINUTE = 8;
const NAME = "欧阳保密";
const BRANCH = "不外传党支部";
const WISH = "想听大棚滴灌";

let day: LectureDay;
let terminal: Member;
let loudspeaker: Member;
const clients: DeviceClient[] = [];
/** What a stream told that stood open while people checked in. */
let streamed = "";

beforeAll(async () => {
  day = await openLectureDay({ PUBLIC_URL, CHECK_INS_PER_MINUTE: String(PER_MINUTE) });
  const { operator, url, brokerUrl } = day.app;
  terminal = await enrolDevice(operator, url, VILLAGE, "terminal");
  loudspeaker = await enrolDevice(operator, url, VILLAGE);
  for (const member of [terminal, loudspeaker]) {
    const client = await connectDevice(brokerUrl, member);
    const { id: deviceId, areas } = member.identity;
    await client.subscribe(...subscriptionsOf({ deviceId, areas, groups: [] }));
    clients.push(client);
  }
  const ending = new AbortController();
  const stream = await fetch(`${url}/api/v1/jobs/events`, {
    headers: operator.credentials,
    signal: ending.signal,
  });
  const reading = stream.body
    ?.pipeThrough(new TextDecoderStream())
    .pipeTo(new WritableStream({ write: (text) => void (streamed += text) }))
    .catch(() => {});
  await day.at(60_000, "failed");
  await day.checkIn(VILLAGE, NAME, BRANCH);
  await day.feedback(VILLAGE, 5, WISH);
  await operator.put(`/broadcasts/${day.broadcastId}/attendance/${VILLAGE}/headcount`, { people: 12 });
  await operator.post("/attendance/people/search", { name: NAME });
  await operator.get(`/broadcasts/${day.broadcastId}/attendance/names`);
  // Something that all devices hear, after all of that.
  await operator.post("/stop", {});
  await until(() => clients.every(({ heard }) => heard.some(({ topic }) => /\/commands?$/.test(topic))), {
    what: "the stop at both devices",
  });
  ending.abort();
  await reading;
});
afterAll(async () => {
  for (const client of clients) await client.end();
  await day.close();
});

/** A text with what stands in it in base64url, as what is signed does. */
const opened = (text: string): string =>
  [
    text.replaceAll("\r\n ", ""),
    ...(text.match(/[\w-]{16,}/g) ?? []).map((part) => Buffer.from(part, "base64url")),
  ].join("\n");
const SECRETS = [NAME, BRANCH, WISH];
const told = (text: string): string[] => SECRETS.filter((secret) => opened(text).includes(secret));

const playlistOf = async ({ token }: Member): Promise<{ text: string; playlist: Playlist }> => {
  const answer = await fetch(`${day.app.url}/device/v1/playlist`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const text = await answer.text();
  const [, payload = ""] = text.split(".");
  return { text, playlist: JSON.parse(Buffer.from(payload, "base64url").toString()) as Playlist };
};

describe("who was there, and what they wish for, is told to no device and no feed", () => {
  test("the search finds what it looks for, signed or folded", () => {
    const signed = Buffer.from(JSON.stringify({ title: NAME })).toString("base64url");
    expect(told(`eyJhbGciOiJFZERTQSJ9.${signed}.abc`)).toEqual([NAME]);
    expect(told(`SUMMARY:${NAME.slice(0, 2)}\r\n ${NAME.slice(2)}`)).toEqual([NAME]);
  });

  test("not in the playlists, where a terminal finds the address of its own site alone", async () => {
    const [shown, heard] = [await playlistOf(terminal), await playlistOf(loudspeaker)];
    expect([...told(shown.text), ...told(heard.text)]).toEqual([]);
    const addressed = ({ playlist }: typeof shown) =>
      playlist.broadcasts.filter(({ checkIn }) => checkIn !== undefined);
    expect(addressed(heard)).toEqual([]);
    expect(new Set(addressed(shown).map(({ programme }) => programme))).toEqual(new Set(["初心讲堂"]));
    expect(addressed(shown).find(({ id }) => id === day.broadcastId)?.checkIn).toBe(
      `${PUBLIC_URL}/check-in/#${await day.tokenOf(VILLAGE)}`,
    );
  });

  test("not at the broker", () => {
    const heard = clients.flatMap((client) => client.heard);
    expect(heard.length).toBeGreaterThan(0);
    expect(told(heard.map(({ topic, text }) => `${topic} ${text}`).join("\n"))).toEqual([]);
  });

  test("not in a bundle, not in a calendar, not in the stream of events", async () => {
    const { operator, url } = day.app;
    const path = `${url}/api/v1/regions/${TOWN}`;
    const bundle = await fetch(`${path}/bundle`, { headers: operator.credentials });
    expect(bundle.status).toBe(200);
    expect(told(Buffer.from(await bundle.arrayBuffer()).toString("latin1"))).toEqual([]);
    const link = await operator.post<{ url: string }>(`/regions/${TOWN}/calendar-links`, { label: "手机" });
    const calendar = await fetch(url + link.url.slice(PUBLIC_URL.length));
    const events = await calendar.text();
    expect(events).toContain("初心讲堂");
    expect(told(events)).toEqual([]);
    expect(streamed).not.toBe("");
    expect(told(streamed)).toEqual([]);
  });

  test("that somebody checked in, from where and when, is not in the audit log", async () => {
    const act = encodeURIComponent("POST /api/v1/check-ins");
    expect(await day.app.operator.get(`/audit?act=${act}`)).toEqual({ items: [], nextCursor: null });
  });

  test("not in the log, and in no other table than its own", () => {
    expect(day.app.log.text()).toContain("/api/v1/broadcasts");
    // Nor when somebody checked in, and from where.
    expect(day.app.log.text()).not.toContain("/api/v1/check-ins");
    expect(told(day.app.log.text())).toEqual([]);
    const db = new Sqlite(join(day.app.folder, "data", "cuncunxiang.db"), { readonly: true });
    const tables = db
      .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'")
      .pluck()
      .all();
    const holding = tables.flatMap((table) =>
      told(JSON.stringify(db.prepare(`SELECT * FROM "${table}"`).all())).map((what) => `${table} ${what}`),
    );
    db.close();
    expect(holding).toEqual([`check_ins ${NAME}`, `check_ins ${BRANCH}`, `feedback ${WISH}`]);
  });
});

describe("by the API, names are told to who may read them alone", () => {
  interface Operations {
    paths: Record<string, Record<string, { "x-act"?: string }>>;
  }
  async function everythingReadBy(operator: Operator): Promise<string[]> {
    const { paths } = (await (await fetch(`${day.app.url}/api/docs/json`)).json()) as Operations;
    const answers: string[] = [];
    for (const [path, methods] of Object.entries(paths)) {
      if (!methods["get"] || !path.startsWith("/api/v1/")) continue;
      const address = path
        .replaceAll("{code}", TOWN)
        .replaceAll(/\{[^}]+\}/g, day.broadcastId)
        .concat(path.includes("/registers/") ? "?month=2026-12" : "");
      const ending = new AbortController();
      const answer = await fetch(day.app.url + address, {
        headers: operator.credentials,
        signal: ending.signal,
      });
      const isStream = answer.headers.get("content-type") === "text/event-stream";
      answers.push(`${path} ${answer.status} ${isStream ? "" : await answer.text()}`);
      ending.abort();
    }
    return answers;
  }
  const telling = (answers: string[], ...secrets: string[]) =>
    answers
      .filter((answer) => secrets.some((secret) => opened(answer).includes(secret)))
      .map((answer) => answer.split(" ")[0]);

  test("not to the auditor, the media centre, or another town, whatever they read", async () => {
    const offices = {
      auditor: everywhere("auditor"),
      editor: everywhere("editor"),
      town: ofArea(OTHER_TOWN),
    };
    for (const [office, roles] of Object.entries(offices)) {
      const answers = await everythingReadBy(await newPerson(day.app, office, roles));
      expect(answers.filter((answer) => / 200 /.test(answer)).length).toBeGreaterThan(20);
      expect([office, telling(answers, NAME, BRANCH)]).toEqual([office, []]);
      const wishes = office === "town" ? [] : ["/api/v1/broadcasts/{id}/feedback"];
      expect([office, telling(answers, WISH)]).toEqual([office, wishes]);
    }
  });

  test("to the administrator and the own town, by one operation", async () => {
    const own = await newPerson(day.app, "own town", ofArea(TOWN));
    for (const operator of [day.app.operator, own])
      expect(telling(await everythingReadBy(operator), NAME, BRANCH)).toEqual([
        "/api/v1/broadcasts/{id}/attendance/names",
      ]);
  });

  test("to no script", async () => {
    const scopes = ["attendance:names"];
    await expect(
      day.app.operator.postAnew("/me/tokens", { label: "names", scopes, expiresInDays: 1 }),
    ).rejects.toMatchObject({ status: 422, problem: { errors: [{ at: "/scopes/0" }] } });
  });
});

describe("requests to a check-in page", () => {
  const look = (token: string) =>
    asStranger(day.app.url, "/check-ins/look", { token }).then(
      () => 200,
      ({ status }: { status: number }) => status,
    );

  test("are limited by address and site, and all made-up ones together", async () => {
    const token = await day.tokenOf(FAR_VILLAGE);
    const times = Array.from({ length: PER_MINUTE });
    for (const _ of times) expect(await look(token)).toBe(200);
    expect(await look(token)).toBe(429);
    expect(await look(await day.tokenOf(OTHER_TOWN))).toBe(200);
    for (const [index] of times.entries()) expect(await look(`made-up-${index}`)).toBe(404);
    expect(await look("made-up-as-well")).toBe(429);
  });
});
