import { execFileSync } from "node:child_process";
import { utimesSync } from "node:fs";
import { join } from "node:path";
import { ProblemError } from "../../../scripts/operator-client.ts";
import { until } from "../../../scripts/until.ts";
import { openDatabase } from "../../../src/db/open.ts";
import { libraryPath } from "../../../src/media/media-library.ts";
import type { House, Story } from "./house.ts";

export const programmesAreSet: Story = async ({ admin, broadcast, folder, tone, read, did, forNow }) => {
  const path = `/programmes/${broadcast}`;
  const of = "FROM programmes WHERE id = ?";
  // Higher each time, so that what is overwritten is not taken for lost.
  const gap = "COALESCE(json_extract(sound, '$.gapMs'), 0)";
  const gapMs = 1 + read<number>(`SELECT ${gap} ${of}`, broadcast);
  await admin.patch(`${path}/sound`, { gapMs });
  did("PATCH /programmes/{}/sound", `SELECT ${gap} >= ? ${of}`, gapMs, broadcast);
  for (const reruns of [1, 0]) {
    await admin.patch(`${path}/review`, { reruns: reruns === 1 });
    await forNow(
      did(
        "PATCH /programmes/{}/review",
        `SELECT json_extract(review, '$.reruns') = ? ${of}`,
        reruns,
        broadcast,
      ),
    );
  }

  const picture = join(folder, "cover.png");
  const source = "color=c=red:size=1400x1400";
  execFileSync("ffmpeg", ["-v", "error", "-y", "-f", "lavfi", "-i", source, "-frames:v", "1", picture]);
  const cover = "json_extract(sound, '$.cover')";
  await admin.upload(`${path}/cover`, picture);
  await forNow(did("PUT /programmes/{}/cover", `SELECT ${cover} IS NOT NULL ${of}`, broadcast));
  await admin.remove(`${path}/cover`);
  await forNow(did("DELETE /programmes/{}/cover", `SELECT ${cover} IS NULL ${of}`, broadcast));

  await admin.upload(`${path}/sound/signature`, tone.path);
  await forNow(
    did(
      "PUT /programmes/{}/sound/{}",
      `SELECT json_extract(sound, '$.signature') = ? ${of}`,
      tone.sha256,
      broadcast,
    ),
  );
  await admin.remove(`${path}/sound/signature`);
  await forNow(
    did(
      "DELETE /programmes/{}/sound/{}",
      `SELECT json_extract(sound, '$.signature') IS NULL ${of}`,
      broadcast,
    ),
  );
};

/** Something spoken that nobody used, and nobody has asked for since a day. @returns its SHA-256 */
async function unused({ admin, folder, next }: House): Promise<string> {
  const { sha256 } = await admin.post<{ sha256: string }>("/speech", { text: `没有用过的通知${next()}` });
  const db = openDatabase(join(folder, "data/cuncunxiang.db"), Date.now());
  try {
    db.pragma("busy_timeout = 5000");
    db.prepare("UPDATE assets SET created_at = 1, last_received_at = 1 WHERE sha256 = ?").run(sha256);
  } finally {
    db.close();
  }
  utimesSync(libraryPath(join(folder, "media"), sha256), 1, 1);
  return sha256;
}

/** Collects until it is in the trash: what is still being listened to stays. */
async function collected({ admin, read, did, forNow }: House, subject: string): Promise<void> {
  const isTrashed = "SELECT COUNT(*) > 0 FROM trash WHERE subject = ?";
  await until(
    async () => {
      await admin.post("/media-library/collect");
      return read<number>(isTrashed, subject) === 1;
    },
    { what: "the collection", timeoutMs: 120_000 },
  );
  await forNow(did("POST /media-library/collect", isTrashed, subject));
}

/** Nothing of this is done near air: what a kill left on air is ended first. */
export const theLibraryIsKept: Story = async (house) => {
  const { admin, did } = house;
  await admin.post("/stop", { reason: "全停" });
  const one = await unused(house);
  await collected(house, one);
  await admin.post(`/media-library/trash/${one}/restore`);
  did("POST /media-library/trash/{}/restore", "SELECT 1 FROM assets WHERE sha256 = ?", one);
  const other = await unused(house);
  await collected(house, other);
  await admin.remove("/media-library/trash");
  did("DELETE /media-library/trash", "SELECT NOT EXISTS (SELECT 1 FROM trash_files WHERE sha256 = ?)", other);
  await admin.post("/media-library/scrub");
  did("POST /media-library/scrub", "SELECT COUNT(*) FROM library_runs WHERE kind = 'scrub'");
  await admin.post("/backups");
  did("POST /backups", "SELECT 1");
};

/** Ends what is still to be made; `null` when it was made meanwhile. */
async function cancelled({ admin, read, did }: House, subject: string): Promise<string | null> {
  const id = read<string | undefined>(
    "SELECT id FROM jobs WHERE subject = ? AND state IN ('queued', 'running') ORDER BY id DESC",
    subject,
  );
  if (id === undefined) return null;
  try {
    await admin.post(`/jobs/${id}/cancel`);
  } catch (error) {
    if (error instanceof ProblemError && error.status === 409) return null;
    throw error;
  }
  did("POST /jobs/{}/cancel", "SELECT state = 'cancelled' FROM jobs WHERE id = ?", id);
  return id;
}

export const worksAreCancelled: Story = async (house) => {
  const { admin, tone, lecture, next, read, did, forNow } = house;
  const number = next();
  const session = { programmeId: lecture, number, topic: "剪辑", speakers: [], modules: [] };
  const { id } = await admin.post<{ id: string }>("/sessions", session);
  await admin.put(`/sessions/${id}/asset`, { sha256: tone.sha256 });
  await admin.put(`/sessions/${id}/trim`, { fromMs: number % 900, toMs: 1_900 });
  const composition = read<string>("SELECT composition_id FROM sessions WHERE id = ?", id);
  if ((await cancelled(house, composition)) === null) return;
  const rendition = read<string>(
    "SELECT id FROM renditions WHERE composition_id = ? AND state = 'cancelled'",
    composition,
  );
  await admin.post(`/renditions/${rendition}/retry`);
  await forNow(
    did("POST /renditions/{}/retry", "SELECT state <> 'cancelled' FROM renditions WHERE id = ?", rendition),
  );
  const job = await cancelled(house, composition);
  if (job === null) return;
  const again = await admin.post<{ id: string }>(`/jobs/${job}/retry`);
  did("POST /jobs/{}/retry", "SELECT 1 FROM jobs WHERE id = ?", again.id);
};
