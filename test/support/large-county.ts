import { join } from "node:path";
import Database from "better-sqlite3";
import { v7 as uuidv7 } from "uuid";
import { createFleet, type Fleet } from "../../devices/simulator/fleet.ts";
import { type Operator } from "../../scripts/operator-client.ts";
import { approve, reviewersOf, sign } from "../../scripts/reviewers.ts";
import { sampleRegions } from "../../scripts/sample-county.ts";
import { until } from "../../scripts/until.ts";
import { MINUTE_MS } from "../../src/clock.ts";
import type { RunningApp } from "./app.ts";
import { makeEpisode, makeTone, programmeId } from "./county.ts";
import { COUNTY } from "./fleet.ts";

const TOWNS = 15;

export interface CountySize {
  villagesATown: number;
  episodes: number;
  /** So many of the devices are simulated gateways; the others have enrolled, reported, and gone. */
  online: number;
}

/** All towns of Shouguang, an enrolled device in each village, and episodes in each state of their way to the air. */
export async function settleCounty(
  app: RunningApp,
  { villagesATown, episodes, online }: CountySize,
): Promise<Fleet> {
  const { operator, url: server, folder } = app;
  await operator.postText("/regions/import", "text/csv", sampleRegions({ towns: TOWNS, villagesATown }));
  const { items } = await operator.post<{ items: { id: string; code: string }[] }>("/devices/bulk", {
    within: COUNTY,
    kind: "loudspeaker",
  });
  // Some of each town.
  const gateways = items.filter((_, index) => index % Math.ceil(items.length / online) === 0);
  const fleet = await createFleet({ server, codes: gateways.map(({ code }) => code) });
  const models = await makeModels(app);
  const db = new Database(join(folder, "data/cuncunxiang.db"), { timeout: 5000 });
  try {
    const reported = db.prepare("SELECT COUNT(*) FROM device_states").pluck();
    await until(() => reported.get() === gateways.length, {
      what: "what the gateways report",
      timeoutMs: 30_000,
    });
    db.transaction(() => {
      enrolTheOthers(db);
      airFirst(db);
      for (let number = models.length + 1; number <= episodes; number += 1)
        copyEpisode(db, models[number % models.length] ?? "", number);
    })();
  } finally {
    db.close();
  }
  return fleet;
}

/** As if each had enrolled, had said what one of those said that are there, and had gone. */
function enrolTheOthers(db: Database.Database): void {
  db.exec(`
    CREATE TEMP TABLE heard AS SELECT d.*, p.boot_id, p.at, p.heard_at, s.state AS said, s.received_at
      FROM devices d JOIN device_presence p ON p.device_id = d.id JOIN device_states s ON s.device_id = d.id LIMIT 1;
    CREATE TEMP TABLE others AS SELECT id FROM devices WHERE state = 'new';
    UPDATE devices SET state = 'enrolled', hardware_id = 'simulated-' || devices.id, model = heard.model,
        software = heard.software, enrolled_at = heard.enrolled_at
      FROM heard WHERE devices.state = 'new';
    INSERT INTO device_presence (device_id, online, boot_id, at, software, heard_at)
      SELECT others.id, 0, boot_id, at, software, heard_at FROM others, heard;
    INSERT INTO device_states (device_id, state, received_at) SELECT others.id, said, received_at FROM others, heard;`);
}

/** What is due first has been heard, as far as anybody knows: the real clock waits for nobody. */
const airFirst = (db: Database.Database): void =>
  void db
    .prepare(
      `UPDATE broadcasts SET state = 'aired', start_at = @startAt, ends_at = @endsAt, not_after = @endsAt
       WHERE id = (SELECT id FROM broadcasts WHERE content_id IS NOT NULL ORDER BY start_at LIMIT 1)`,
    )
    .run({ startAt: Date.now() - 2 * MINUTE_MS, endsAt: Date.now() - MINUTE_MS });

/** One draft, one that has its recording, one submitted, one in review, one returned and one approved. @returns their ids */
async function makeModels({ operator, folder }: RunningApp): Promise<string[]> {
  const made = await makeEpisode(operator, 1, makeTone(join(folder, "tone.wav"), 2));
  const sha256 = made.segments[0]?.recording?.sha256;
  const [first] = await reviewersOf(operator);
  if (!first) throw new Error("there is no reviewer");
  const programme = await programmeId(operator, "broadcast");
  const steps: ((content: string) => Promise<unknown>)[] = [
    async () => {},
    (content) => operator.post(`/${content}/submit`),
    (content) => operator.post(`/${content}/submit`).then(() => sign(first, content)),
    (content) => operator.post(`/${content}/submit`).then(() => giveBack(first, content)),
    (content) => approve(operator, content),
  ];
  const ids = [made.id];
  for (const [index, step] of steps.entries()) {
    const number = index + 2;
    const { id } = await operator.post<{ id: string }>("/episodes", {
      programmeId: programme,
      number,
      title: `第${number}期`,
      segments: [{ name: "党建聚焦", title: "要闻" }],
    });
    ids.push(id);
    if (index === 0) continue;
    await operator.put(`/episodes/${id}/segments/1/asset`, { sha256 });
    await step(`episodes/${id}`);
  }
  return ids;
}

async function giveBack(reviewer: Operator, content: string): Promise<void> {
  const { review } = await reviewer.get<{ review: { version: number } }>(`/${content}/review`);
  await reviewer.post(`/${content}/return`, { version: review.version, reason: "第二段有杂音" });
}

/** Another number, of the same recording and with the same history. */
function copyEpisode(db: Database.Database, model: string, number: number): void {
  const named = { model, id: uuidv7(), number, title: `第${number}期` };
  db.prepare(
    `INSERT INTO episodes (id, programme_id, number, title, composition_id, approved_at, created_at, updated_at)
     SELECT @id, programme_id, @number, @title, composition_id, approved_at, created_at, updated_at
     FROM episodes WHERE id = @model`,
  ).run(named);
  db.prepare(
    `INSERT INTO segments (id, episode_id, position, name, title, asset_sha256, composition_id)
     SELECT @id, @id, position, name, title, asset_sha256, composition_id FROM segments WHERE episode_id = @model`,
  ).run(named);
  db.prepare(
    `INSERT INTO review_acts (at, act, user_id, content_kind, content_id, step, steps, digest, files, played_through,
       change, reason, programme, number, title, recordings, trimmed, duration_ms)
     SELECT at, act, user_id, content_kind, @id, step, steps, digest, files, played_through,
       change, reason, programme, @number, @title, recordings, trimmed, duration_ms
     FROM review_acts WHERE content_id = @model ORDER BY id`,
  ).run(named);
}
