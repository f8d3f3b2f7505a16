import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Temporal } from "temporal-polyfill";
import type { Operator } from "./operator-client.ts";
import { approve } from "./reviewers.ts";
import { COUNTY, moveQuietHoursAway, programmeOf, scheduleSoon, ZONE } from "./soon-on-air.ts";
import { speak } from "./speech.ts";
import { until } from "./until.ts";

/** What a county looks like on an ordinary day, for pictures of the console: towns, villages, devices, content, a broadcast on air. */

const SPOKEN = "各位乡亲，大家好。这里是广播村村响，党建之声栏目。";
const SEGMENTS = ["党建聚焦", "身边榜样", "红色记忆"];
const CONSENT = {
  segment: "身边榜样",
  person: "种植户",
  scope: "村村响广播",
  validUntil: null,
  document: "授权书 12 号",
};
const TITLES = ["大棚里的红色先锋", "支部建在产业链上", "老渠新水"];
/** For pictures that fit a page. */
const SIZE = { towns: 6, villagesATown: 4 };
/** For the devices to fetch what they are to play. */
const LEAD_MS = 20_000;
const PATIENCE = { timeoutMs: 600_000, everyMs: 500 };

export interface SampleCounty {
  /** Addresses of pages about one thing each. */
  places: Record<
    "broadcast" | "schedule" | "programmes" | "episode" | "review" | "device" | "person",
    string
  >;
  /** Enrolment codes of its devices. */
  codes: string[];
  /** Resolves while the broadcast is on air. */
  onAir(): Promise<void>;
}

/** @param folder for the recordings that it speaks */
export async function makeSampleCounty(operator: Operator, folder: string): Promise<SampleCounty> {
  await operator.postText("/regions/import", "text/csv", sampleRegions(SIZE));
  const { items: devices } = await operator.post<{ items: { id: string; code: string }[] }>("/devices/bulk", {
    within: COUNTY,
    kind: "loudspeaker",
  });
  const approved = await makeEpisode(operator, folder, 42);
  await approve(operator, `episodes/${approved}`);
  const waiting = await makeEpisode(operator, folder, 43);
  await operator.post(`/episodes/${waiting}/submit`);
  await operator.post("/episodes", { ...(await draft(operator, 44)), title: "村里的年轻人" });
  await moveQuietHoursAway(operator);
  await announceLater(operator);
  const shipped = await firstScheduleOf(operator);
  const { items: people } = await operator.get<{ items: { id: string; name: string }[] }>("/people");
  const { broadcastId } = await scheduleSoon(operator, "党建之声", LEAD_MS);
  return {
    codes: devices.map(({ code }) => code),
    places: {
      broadcast: `#/broadcasts/${broadcastId}`,
      schedule: `#/calendar/schedules/${shipped}`,
      programmes: `#/programmes/${await programmeOf(operator, "broadcast")}`,
      episode: `#/episodes/${waiting}`,
      review: `#/review/episodes/${waiting}`,
      device: `#/devices/${devices[0]?.id}`,
      person: `#/people/${people.find(({ name }) => name === "终审员")?.id}`,
    },
    onAir: () =>
      until(async () => (await stateOf(operator, broadcastId)) === "on_air", {
        what: "the air",
        ...PATIENCE,
      }),
  };
}

/** The county's regions as CSV, with sample villages; their real names and codes come with the operator's own list. */
export function sampleRegions({ towns: count, villagesATown }: typeof SIZE): string {
  const csv = readFileSync(new URL("../devices/registry/shouguang-regions.csv", import.meta.url), "utf8");
  const towns = [...csv.matchAll(/^(\d{9})000,(?:town|subdistrict),[^,]*,([^,]+),/gm)].slice(0, count);
  const villages = towns.flatMap(([, code, town]) =>
    Array.from(
      { length: villagesATown },
      (_, n) => `${code}${201 + n},village,${code}000,${town}示例${n + 1}村,sample\n`,
    ),
  );
  return csv + villages.join("");
}

const draft = async (operator: Operator, number: number) => ({
  programmeId: await programmeOf(operator, "broadcast"),
  number,
  title: TITLES[number % TITLES.length],
  segments: SEGMENTS.map((name, n) => ({ name, title: TITLES[n] })),
});

async function makeEpisode(operator: Operator, folder: string, number: number): Promise<string> {
  const { id } = await operator.post<{ id: string }>("/episodes", await draft(operator, number));
  for (const [n, name] of SEGMENTS.entries()) {
    const recording = join(folder, `${number}-${name}.wav`);
    await speak(`${name}。${SPOKEN}`, recording);
    await operator.upload(`/episodes/${id}/segments/${n + 1}/recording`, recording);
  }
  await operator.post(`/episodes/${id}/consents`, CONSENT);
  const isTranscoded = async () => {
    const { segments } = await operator.get<Recorded>(`/episodes/${id}`);
    return segments.every(({ recording }) => recording?.renditions.every(({ state }) => state === "ready"));
  };
  await until(isTranscoded, { what: "the transcoding", ...PATIENCE });
  return id;
}

interface Recorded {
  segments: { recording: { renditions: { state: string }[] } | null }[];
}

async function announceLater(operator: Operator): Promise<void> {
  // Clear of the moved quiet hours.
  const startAt = Temporal.Now.zonedDateTimeISO(ZONE).add({ hours: 20 }).round("hour");
  await operator.post("/announcements", {
    title: "停水通知",
    class: "announcement",
    source: { text: "各位村民请注意，今天下午两点到四点检修管网，停水两小时。" },
    startAt: startAt.toInstant().toString(),
    targets: { regions: [COUNTY], kinds: ["loudspeaker"] },
  });
}

/** The shipped timetable of the column. */
async function firstScheduleOf(operator: Operator): Promise<string | undefined> {
  const { items } = await operator.get<{ items: { id: string; programmeId: string }[] }>("/schedules");
  const programmeId = await programmeOf(operator, "broadcast");
  return items.find((schedule) => schedule.programmeId === programmeId)?.id;
}

const stateOf = async (operator: Operator, id: string) =>
  (await operator.get<{ state: string }>(`/broadcasts/${id}`)).state;
