import { execFileSync } from "node:child_process";
import type { Temporal } from "temporal-polyfill";
import type { Operator } from "../../scripts/operator-client.ts";
import { approve } from "../../scripts/reviewers.ts";
import { until } from "../../scripts/until.ts";
import type { EnrolResponse } from "../../src/protocol/http-messages.ts";
import type { Member } from "./fleet.ts";
import { REGIONS_CSV } from "./fleet.ts";
import { scheduleDefinition } from "./schedule-definition.ts";

export interface EpisodeView {
  id: string;
  number: number;
  title: string;
  approved: boolean;
  segments: {
    recording: {
      sha256: string;
      listening: object | null;
      trim: { fromMs: number; toMs: number } | null;
      renditions: {
        id: string;
        profile: string;
        state: string;
        error: string | null;
        sha256: string;
        progress: number;
      }[];
    } | null;
  }[];
}

export interface BroadcastView {
  id: string;
  localDate: string;
  localTime: string;
  state: string;
  startAt: string;
  endsAt: string | null;
  reason: string | null;
  content: { kind: string; id: string } | null;
  proof: {
    devices: number;
    atLeast: Record<string, number>;
    unknown: number;
    startLatenessMs: { p50: number; p99: number; max: number } | null;
  };
  devices: {
    items: { deviceId: string; grade: string | null; latenessMs: number | null; reason: string | null }[];
  };
}

/** A sound file made by ffmpeg: a tone that is loud enough to be transcoded. */
export function makeTone(file: string, seconds: number): string {
  const source = `sine=frequency=440:sample_rate=48000:duration=${seconds}`;
  execFileSync("ffmpeg", ["-v", "error", "-y", "-f", "lavfi", "-i", source, "-af", "volume=0.5", file]);
  return file;
}

export const importRegions = (operator: Operator): Promise<unknown> =>
  operator.postText("/regions/import", "text/csv", REGIONS_CSV.replace("county,,", "county,370700000000,"));

/** Enrols a new device over HTTP. */
export async function enrolDevice(
  operator: Operator,
  url: string,
  regionCode: string,
  kind: "loudspeaker" | "terminal" = "loudspeaker",
): Promise<Member & { keys: EnrolResponse["keys"] }> {
  const { id } = await operator.post<{ id: string }>("/devices", { regionCode, kind });
  const { code } = await operator.post<{ code: string }>(`/devices/${id}/enrolment-code`, {});
  const answer = await fetch(`${url}/device/v1/enroll`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ code, hardwareId: `hw-${id}`, kind, model: "test", software: "1" }),
  });
  const { deviceId, token, mqtt, areas, keys } = (await answer.json()) as EnrolResponse;
  return {
    identity: { id: deviceId, kind, regionCode, areas, groups: [], tags: [] },
    token,
    password: mqtt.password,
    keys,
  };
}

export async function programmeId(operator: Operator, kind: "broadcast" | "lecture"): Promise<string> {
  const { items } = await operator.get<{ items: { id: string; kind: string }[] }>("/programmes");
  return items.find((programme) => programme.kind === kind)?.id ?? "";
}

/** Creates an episode with one segment, uploads the file to it and waits until it is heard and transcoded. */
export async function makeEpisode(operator: Operator, number: number, file: string): Promise<EpisodeView> {
  const { id } = await operator.post<EpisodeView>("/episodes", {
    programmeId: await programmeId(operator, "broadcast"),
    number,
    title: `第${number}期`,
    segments: [{ name: "党建聚焦", title: "要闻" }],
  });
  await operator.upload(`/episodes/${id}/segments/1/recording`, file);
  return settled(operator, id);
}

export async function settled(
  operator: Operator,
  episodeId: string,
  timeoutMs = 60_000,
): Promise<EpisodeView> {
  let episode = await operator.get<EpisodeView>(`/episodes/${episodeId}`);
  const isSettled = () =>
    episode.segments.every(
      ({ recording }) =>
        recording?.listening &&
        recording.renditions.every(({ state }) => state === "ready" || state === "failed"),
    );
  await until(
    async () => {
      episode = await operator.get<EpisodeView>(`/episodes/${episodeId}`);
      return isSettled();
    },
    { what: "the renditions", timeoutMs },
  );
  return episode;
}

export async function approvedEpisode(
  operator: Operator,
  number: number,
  file: string,
): Promise<EpisodeView> {
  const { id } = await makeEpisode(operator, number, file);
  return approve<EpisodeView>(operator, `episodes/${id}`);
}

/** A schedule that airs once, at that minute, on the county's loudspeakers. Returns its id. */
export async function scheduleOnce(operator: Operator, air: Temporal.ZonedDateTime): Promise<string> {
  const rule = {
    dates: [air.toPlainDate().toString()],
    times: [air.toPlainTime().toString({ smallestUnit: "minute" })],
  };
  const { id } = await operator.post<{ id: string }>("/schedules?acceptConflicts=test", {
    programmeId: await programmeId(operator, "broadcast"),
    ...scheduleDefinition({
      name: `试播 ${air.toString()}`,
      rule,
      zone: air.timeZoneId,
      lateness: "skip",
      graceMinutes: 1,
    }),
  });
  return id;
}
