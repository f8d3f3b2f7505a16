import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Operator, signIn } from "../../scripts/operator-client.ts";
import { approve } from "../../scripts/reviewers.ts";
import { until } from "../../scripts/until.ts";
import { type RunningApp, runApp } from "./app.ts";
import { type BroadcastView, importRegions, programmeId } from "./county.ts";
import { createTestClock, OTHER_TOWN, type TestClock, TOWN } from "./fleet.ts";
import { asStranger } from "./people.ts";
import { scheduleDefinition } from "./schedule-definition.ts";

const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** A server on which a lecture of a few seconds is to be shown at 14:00 on 15 December 2026 in two towns. */
export interface LectureDay {
  app: RunningApp;
  clock: TestClock;
  broadcastId: string;
  /** Leads the clock to so long after the start, and waits until the broadcast stands as it should by then. */
  at(msAfterStart: number, state: string): Promise<void>;
  /** What stands behind the # of the check-in address of a site. */
  tokenOf(regionCode: string): Promise<string>;
  checkIn(regionCode: string, name: string, branch?: string): Promise<void>;
  /** @param key another one each time, unless it is sent again */
  feedback(regionCode: string, rating: number, wish?: string, key?: string): Promise<void>;
  /** The administrator, signed in anew: a sign-in ends when the clock is led on by days. */
  signInAgain(): Promise<Operator>;
  close(): Promise<void>;
}

export const LECTURE_START = Date.parse("2026-12-15T14:00:00+08:00");

/** A test picture with a tone, of so many seconds. @returns `file` */
export function makeFilm(file: string, seconds: number): string {
  const picture = `testsrc=s=320x180:r=25:d=${seconds}`;
  const sound = `sine=frequency=440:sample_rate=48000:duration=${seconds}`;
  const input = ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound];
  const coded = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac", "-af", "volume=0.5"];
  execFileSync("ffmpeg", ["-v", "error", "-y", ...input, ...coded, file]);
  return file;
}

/** A lecture of so many seconds, approved, and to be shown in two towns. @returns the id of its broadcast */
export async function scheduleLecture(operator: Operator, seconds: number): Promise<string> {
  const lectures = await programmeId(operator, "lecture");
  const { id } = await operator.post<{ id: string }>("/sessions", {
    programmeId: lectures,
    number: 26,
    topic: "乡村振兴",
    speakers: [],
    modules: [],
  });
  const folder = await mkdtemp(join(tmpdir(), "ccx-film-"));
  await operator.upload(`/sessions/${id}/recording`, makeFilm(join(folder, "film.mp4"), seconds));
  await rm(folder, { recursive: true });
  interface Recorded {
    recording: { listening: object | null; renditions: { state: string }[] } | null;
  }
  await until(
    async () => {
      const { recording } = await operator.get<Recorded>(`/sessions/${id}`);
      return (
        Boolean(recording?.listening) &&
        recording?.renditions.every(({ state }) => state === "ready") === true
      );
    },
    { what: "the renditions of the lecture", timeoutMs: 80_000 },
  );
  await approve(operator, `sessions/${id}`);
  const schedule = await operator.post<{ id: string }>("/schedules?acceptConflicts=test", {
    programmeId: lectures,
    ...scheduleDefinition({
      name: "主题党日",
      rule: { dates: ["2026-12-15"], times: ["14:00"] },
      targets: { regions: [TOWN, OTHER_TOWN], kinds: ["terminal"] },
      content: { policy: "item", contentId: id },
    }),
  });
  const { items } = await operator.get<{ items: BroadcastView[] }>(`/broadcasts?scheduleId=${schedule.id}`);
  return items[0]?.id ?? "";
}

export async function openLectureDay(env: Record<string, string> = {}): Promise<LectureDay> {
  const clock = createTestClock(LECTURE_START - 2 * HOUR_MS);
  const app = await runApp({ clock, env: { CHECK_INS_PER_MINUTE: "100000", ...env } });
  await importRegions(app.operator);
  const broadcastId = await scheduleLecture(app.operator, 2);

  const tokenOf = async (regionCode: string): Promise<string> => {
    const path = `/broadcasts/${broadcastId}/attendance/${regionCode}/check-in`;
    const { url } = await app.operator.get<{ url: string }>(path);
    return url.split("/check-in/#")[1] ?? "";
  };
  return {
    app,
    clock,
    broadcastId,
    tokenOf,
    async at(msAfterStart, state) {
      clock.advance(LECTURE_START + msAfterStart - clock.now());
      await until(
        async () => (await app.operator.get<BroadcastView>(`/broadcasts/${broadcastId}`)).state === state,
        { what: `the lecture to be ${state}` },
      );
    },
    async checkIn(regionCode, name, branch = "东村党支部") {
      await asStranger(app.url, "/check-ins", { token: await tokenOf(regionCode), name, branch });
    },
    async feedback(regionCode, rating, wish = "", key = randomBytes(16).toString("hex")) {
      const token = await tokenOf(regionCode);
      await asStranger(app.url, "/check-ins/feedback", { token, key, rating, wish });
    },
    async signInAgain() {
      app.operator = await signIn(app.url, "admin", app.password);
      return app.operator;
    },
    close: app.close,
  };
}
