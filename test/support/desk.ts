import { createHash, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import type { Clock } from "../../src/clock.ts";
import { readConfig } from "../../src/config.ts";
import { type Database, openDatabase } from "../../src/db/open.ts";
import type { Probe } from "../../src/media/media-probe.ts";
import { ROLE_OF } from "../../src/review/review.ts";
import type { ContentKey } from "../../src/review/review-service.ts";
import { loadShippedData } from "../../src/schedules/first-start.ts";
import { createServices, type Services } from "../../src/services.ts";
import { everywhere } from "./people.ts";

/** All services on a database file, with none of the beats that move them by themselves. */
export interface Desk {
  db: Database;
  clock: Clock;
  services: Services;
  /** The administrator. */
  userId: string;
  /** The same database in another process. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export async function openDesk(
  clock: Clock,
  env: Record<string, string> = {},
  log = pino({ level: "silent" }),
): Promise<Desk> {
  const folder = mkdtempSync(join(tmpdir(), "ccx-desk-"));
  const config = readConfig({
    PORT: "0",
    MQTT_PORT: "0",
    DATA_DIR: join(folder, "data"),
    MEDIA_DIR: join(folder, "media"),
    ...env,
  });
  async function open() {
    const db = openDatabase(join(config.dataDir, "cuncunxiang.db"), clock.now());
    const services = await createServices({ db, config, log, clock, version: "test" });
    loadShippedData(services);
    return { db, services };
  }
  async function shut() {
    await desk.services.link.close();
    await desk.services.embedded?.close();
    desk.db.close();
  }
  const opened = await open();
  await opened.services.people.createFirstAdministrator();
  const userId = opened.db.prepare<[], string>("SELECT id FROM users").pluck().get() ?? "";
  const desk: Desk = {
    ...opened,
    clock,
    userId,
    async restart() {
      await shut();
      Object.assign(desk, await open());
    },
    async close() {
      await shut();
      rmSync(folder, { recursive: true });
    },
  };
  return desk;
}

const sha256Of = (text: string): string => createHash("sha256").update(text).digest("hex");
const FILM: Probe = {
  container: "mov",
  kind: "video",
  audio: { index: 1, codec: "aac", channels: 2, sampleRateHz: 48_000 },
  video: { index: 0, codec: "h264" },
  durationMs: 60_000,
  startMs: 0,
  estimated: false,
  promisedAudioMs: 60_000,
};
const LISTENING = { durationMs: 60_000, leadingSilenceMs: 0, trailingSilenceMs: 0, findings: [] };

/** A recording in the database as if it had been uploaded and heard; its renditions are ready once `renderAll` was called. */
export function addRecording({ db }: Pick<Desk, "db">, name: string): string {
  const sha256 = sha256Of(name);
  db.prepare(
    `INSERT INTO assets (sha256, bytes, probe, duration_ms, original_name, listening, created_at, last_received_at)
     VALUES (?, 1000, ?, 60000, ?, ?, 1, 1)`,
  ).run(sha256, JSON.stringify(FILM), name, JSON.stringify(LISTENING));
  return sha256;
}

/** What ffmpeg would have made of everything. */
export function renderAll({ db }: Pick<Desk, "db">): void {
  db.prepare(
    `UPDATE renditions SET state = 'ready', sha256 = substr(id || derivation, -64), bytes = 500, mime = 'audio/mpeg',
       duration_ms = 60000 WHERE state <> 'ready'`,
  ).run();
  db.prepare("UPDATE jobs SET state = 'done' WHERE state = 'queued'").run();
}

/** Submitted by the administrator and signed by three others; what is approved already stays so. */
export function approveAt(desk: Desk, key: ContentKey): void {
  const { people, reviews } = desk.services;
  if (reviews.case(key).review.state === "approved") return;
  reviews.submit(key, people.get(desk.userId));
  while (reviews.case(key).review.next !== null) signNext(desk, key);
}

/** In the database as if it had been played to them. */
export function hear({ db, clock, services }: Desk, key: ContentKey, userId: string): void {
  for (const { sha256, bytes, durationMs } of services.reviews.case(key).parts) {
    db.prepare("INSERT OR REPLACE INTO hearings (user_id, sha256, began_at, ranges) VALUES (?, ?, ?, ?)").run(
      userId,
      sha256,
      clock.now() - durationMs,
      JSON.stringify([{ start: 0, end: bytes - 1 }]),
    );
  }
}

/** Signs the step that it waits for, as somebody who is there for it. */
export function signNext(desk: Desk, key: ContentKey): void {
  const { userId, services } = desk;
  const { people, reviews } = services;
  const { digest, review } = reviews.case(key);
  const step = review.next ?? "final";
  const name = `${step} reviewer`;
  const known = people.all().find((person) => person.name === name);
  const by = known ?? people.invite(name, everywhere(ROLE_OF[step]), userId).person;
  hear(desk, key, by.id);
  reviews.sign(key, by, {
    step,
    version: review.version,
    digest: digest ?? "",
    urgent: null,
  });
}

/** An approved episode of the shipped broadcast programme. Returns its id. */
export function addEpisode(desk: Desk, number: number): string {
  const { episodes, programmes } = desk.services;
  const programmeId = programmes.all().find(({ kind }) => kind === "broadcast")?.id ?? "";
  const segments = [{ name: "党建聚焦", title: "要闻" }];
  const { id } = episodes.create({ programmeId, number, title: `第${number}期`, segments }, desk.userId);
  episodes.useAsset(id, 1, addRecording(desk, `episode ${number} ${randomUUID()}`), desk.userId);
  renderAll(desk);
  approveAt(desk, { kind: "episode", id });
  return id;
}

/** An approved session of the shipped lecture programme. Returns its id. */
export function addSession(desk: Desk, number: number): string {
  const { sessions, programmes } = desk.services;
  const programmeId = programmes.all().find(({ kind }) => kind === "lecture")?.id ?? "";
  const session = { programmeId, number, topic: `第${number}讲`, speakers: [], modules: [] };
  const { id } = sessions.create(session, desk.userId);
  sessions.useAsset(id, addRecording(desk, `session ${number} ${randomUUID()}`), desk.userId);
  renderAll(desk);
  approveAt(desk, { kind: "session", id });
  return id;
}
