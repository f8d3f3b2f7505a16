import { createHash, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { airedLecture } from "./aired-lecture.ts";
import type { RunningApp } from "./app.ts";
import { type EpisodeView, enrolDevice, importRegions, makeTone, programmeId } from "./county.ts";
import { connectDevice } from "./device-client.ts";
import { FAR_VILLAGE, type Member, OTHER_TOWN, TOWN, VILLAGE } from "./fleet.ts";
import { scheduleDefinition } from "./schedule-definition.ts";

/** Who was at the lecture in the other town. */
export const FAR_MEMBER = "远村党员";

export type FurnishedCounty = Awaited<ReturnType<typeof furnishCounty>>;

/** A county of two towns, `TOWN` near and `OTHER_TOWN` far, in which there is one of everything. */
export async function furnishCounty(app: RunningApp) {
  const { operator } = app;
  await importRegions(operator);
  const post = async (path: string, body?: unknown): Promise<string> =>
    (await operator.post<{ id: string }>(path, body)).id;
  const databasePath = join(app.folder, "data/cuncunxiang.db");
  const database = <T>(work: (db: Database.Database) => T): T => {
    const db = new Database(databasePath, { timeout: 5000 });
    try {
      return work(db);
    } finally {
      db.close();
    }
  };
  // What is in review may not be announced.
  const noticeFile = makeTone(join(app.folder, "notice.wav"), 1);
  const notice = createHash("sha256").update(readFileSync(noticeFile)).digest("hex");
  const announced = (village: string, source: object): Promise<string> =>
    post("/announcements", {
      title: "停水通知",
      class: "announcement",
      source,
      targets: { regions: [village], kinds: ["loudspeaker"] },
    });
  const proposed = (area: string): Promise<string> =>
    post("/emergencies", {
      title: "山洪",
      class: "drill",
      silent: true,
      source: { assetSha256: notice },
      areas: [area],
      until: new Date(Date.now() + 3_600_000).toISOString(),
    });

  const tone = makeTone(join(app.folder, "tone.wav"), 2);
  const programmes = {
    episodes: await programmeId(operator, "broadcast"),
    sessions: await programmeId(operator, "lecture"),
  };
  const episode = await post("/episodes", {
    programmeId: programmes.episodes,
    number: 1,
    title: "第一期",
    segments: [{ name: "党建聚焦", title: "要闻" }],
  });
  const { segments } = await operator.upload<EpisodeView>(`/episodes/${episode}/segments/1/recording`, tone);
  const [recording] = segments.map((segment) => segment.recording);
  const sha256 = recording?.sha256 ?? "";
  const words = { topic: "乡村振兴", speakers: [], modules: [] };
  const session = await post("/sessions", { programmeId: programmes.sessions, number: 1, ...words });
  await operator.put(`/sessions/${session}/asset`, { sha256 });

  const inTwoDays = new Date(Date.now() + 48 * 3_600_000).toISOString().slice(0, 10);
  const schedule = await post("/schedules?acceptConflicts=test", {
    programmeId: programmes.sessions,
    ...scheduleDefinition({ name: "补课", rule: { dates: [inTwoDays], times: ["14:00"] } }),
  });
  const lecture = await airedLecture(operator, {
    databasePath,
    lecture: programmes.sessions,
    regions: [TOWN, OTHER_TOWN],
  });
  database((db) =>
    db
      .prepare(
        "INSERT INTO check_ins (broadcast_id, region_code, name, branch) VALUES (?, ?, ?, '远村党支部')",
      )
      .run(lecture, FAR_VILLAGE, FAR_MEMBER),
  );

  const devices = {
    near: await enrolDevice(operator, app.url, VILLAGE),
    far: await enrolDevice(operator, app.url, FAR_VILLAGE),
  };
  const sent = async (village: string): Promise<string> => {
    const id = await announced(village, { upload: true });
    await operator.upload(`/announcements/${id}/recording`, noticeFile);
    return id;
  };
  const heard = { near: await sent(VILLAGE), far: await sent(FAR_VILLAGE) };
  await hear(app, devices.near, heard.near);
  await hear(app, devices.far, heard.far);

  const { commandId } = await operator.post<{ commandId: string }>("/stop");

  return {
    programmes,
    contents: { episodes: episode, sessions: session },
    recording: { sha256, rendition: recording?.renditions[0]?.id ?? "" },
    /** Of a recording that is in no review. */
    notice,
    schedule,
    lecture,
    inTwoDays,
    devices,
    commandId,
    /** Announcements that a device has begun to play. */
    heard,
    emergency: await proposed(OTHER_TOWN),
    post,
    announced,
    proposed,
    /** One value of the database. */
    read: (sql: string, ...values: unknown[]): string =>
      database((db) =>
        String(
          db
            .prepare(sql)
            .pluck()
            .get(...values),
        ),
      ),
    write: (sql: string, ...values: unknown[]): void => void database((db) => db.prepare(sql).run(...values)),
  };
}

/** A device says that it began to play a broadcast. */
async function hear(app: RunningApp, device: Member, broadcastId: string): Promise<void> {
  const link = await connectDevice(app.brokerUrl, device);
  const topic = (leaf: string) => `ccx/v1/device/${device.identity.id}/${leaf}`;
  await link.subscribe(topic("ack"));
  const bootId = randomUUID();
  const record = { seq: 1, at: Date.now(), type: "started", broadcastId, grade: "started" };
  // The second one contradicts the first, and is put aside.
  for (const at of [record.at, record.at + 1])
    await link.publish(topic("report"), JSON.stringify({ bootId, records: [{ ...record, at }] }));
  await link.hears(JSON.stringify({ bootId, ackedSeq: 1 }));
  await link.end();
}
