import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Operator } from "../../scripts/operator-client.ts";
import { approve, type ReviewCase } from "../../scripts/reviewers.ts";
import { until } from "../../scripts/until.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import {
  type BroadcastView,
  importRegions,
  makeEpisode,
  makeTone,
  programmeId,
  settled,
} from "../support/county.ts";
import { createTestClock, VILLAGE } from "../support/fleet.ts";
import { everywhere, newPerson } from "../support/people.ts";
import { secondPerson } from "../support/second-person.ts";

interface Announced {
  id: string;
  assetSha256: string | null;
}

let folder: string;
let app: RunningApp;
let reviewer: Operator;
let seconds = 1;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-unapproved-"));
  app = await runApp({ clock: createTestClock(Date.parse("2026-12-02T09:00:00+08:00")) });
  await importRegions(app.operator);
  reviewer = await newPerson(app, "初审", everywhere("reviewer-1"));
});
afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true });
});

/** Of a length of its own, so that no two have the same bytes. */
function tone(): string {
  seconds += 1;
  return makeTone(join(folder, `tone-${seconds}.wav`), seconds);
}
async function recorded(file = tone()) {
  const { id, segments } = await makeEpisode(app.operator, seconds, file);
  return { id, file, sha256: segments[0]?.recording?.sha256 ?? "" };
}
const announce = (source: object, startAt?: string) =>
  app.operator.post<Announced>("/announcements", {
    title: "通知",
    class: "announcement",
    source,
    targets: { regions: [VILLAGE], kinds: ["loudspeaker"] },
    startAt,
  });
const propose = (sha256: string) =>
  app.operator.post<{ id: string }>("/emergencies", {
    title: "演练",
    class: "drill",
    source: { assetSha256: sha256 },
    areas: [VILLAGE],
    until: "2026-12-02T12:00:00+08:00",
  });
const unapproved = (title: string) => ({
  status: 409,
  problem: {
    detail: `This recording is of "${title}", which may not be heard now.`,
    hint: "See its review: it takes an approval, where its programme says so a new one for each date, consents that hold, and the signatures that it owes. Or air a recording of your own.",
  },
});

test("what is under way to its approval airs by no announcement and no emergency, and by both after", async () => {
  const { id, sha256 } = await recorded();
  const title = `第${seconds}期`;
  await expect(announce({ assetSha256: sha256 })).rejects.toMatchObject(unapproved(title));
  await expect(propose(sha256)).rejects.toMatchObject(unapproved(title));
  await approve(app.operator, `episodes/${id}`);
  expect(await announce({ assetSha256: sha256 })).toMatchObject({ assetSha256: sha256 });
  await propose(sha256);
});

test("an approval that is taken back takes what airs it off the air, and out of the plan", async () => {
  const { id, sha256 } = await recorded();
  const title = `第${seconds}期`;
  await approve(app.operator, `episodes/${id}`);
  const now = await announce({ assetSha256: sha256 });
  const later = await announce({ assetSha256: sha256 }, "2026-12-02T16:00:00+08:00");
  const drill = await propose(sha256);
  const loose = await announce({ text: "停水" }, "2026-12-02T16:30:00+08:00");
  const stateOf = async (one: Announced) => {
    const { state, reason } = await app.operator.get<BroadcastView>(`/broadcasts/${one.id}`);
    return [state, reason];
  };
  const becomes = (one: Announced, state: string) =>
    until(async () => (await stateOf(one))[0] === state, { what: `the state ${state}`, timeoutMs: 60_000 });
  await becomes(now, "frozen");
  await becomes(later, "ready");
  await becomes(loose, "ready");
  // An editor alone silences nobody.
  await expect(app.operator.patch(`/episodes/${id}`, { title: "别的" })).rejects.toMatchObject({
    status: 409,
    problem: { detail: "It is fixed for a broadcast that is on air or about to be." },
  });
  await reviewer.post(`/episodes/${id}/withdraw-approval`, { reason: "有误" });
  expect(await stateOf(now)).toEqual(["cancelled", "its content lost the approval"]);
  expect(await stateOf(later)).toEqual(["planned", `its recording is of "${title}": it is not approved`]);
  expect(await stateOf(loose)).toEqual(["ready", null]);
  const deputy = await secondPerson(app);
  await expect(deputy.postAnew(`/emergencies/${drill.id}/confirm`)).rejects.toMatchObject(unapproved(title));
}, 150_000);

test("nor when its bytes are sent again for the announcement, or chosen for one that waits", async () => {
  const { file, sha256 } = await recorded();
  const title = `第${seconds}期`;
  const { id } = await announce({ upload: true });
  await expect(app.operator.upload(`/announcements/${id}/recording`, file)).rejects.toMatchObject(
    unapproved(title),
  );
  await expect(app.operator.put(`/announcements/${id}/asset`, { sha256 })).rejects.toMatchObject(
    unapproved(title),
  );
  expect(await app.operator.get(`/announcements/${id}`)).toMatchObject({ assetSha256: null });
  // It waits for another one still.
  const own = tone();
  expect(await app.operator.upload<Announced>(`/announcements/${id}/recording`, own)).toMatchObject({
    assetSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
});

test("what was returned stays off the air when the episode has another recording by then", async () => {
  const { id, sha256 } = await recorded();
  const title = `第${seconds}期`;
  await app.operator.post(`/episodes/${id}/submit`);
  const { review } = await reviewer.get<ReviewCase>(`/episodes/${id}/review`);
  await reviewer.post(`/episodes/${id}/return`, { version: review.version, reason: "人名念错" });
  await app.operator.upload(`/episodes/${id}/segments/1/recording`, tone());
  await expect(announce({ assetSha256: sha256 })).rejects.toMatchObject(unapproved(title));
});

test("what was cut from an approved episode airs by no announcement, nor once the episode has another recording", async () => {
  const { id, file, sha256 } = await recorded();
  const title = `第${seconds}期`;
  await app.operator.put(`/episodes/${id}/segments/1/trim`, { fromMs: 0, toMs: 1_500 });
  await settled(app.operator, id);
  await approve(app.operator, `episodes/${id}`);
  const inPart = {
    status: 409,
    problem: {
      detail: `Only a part of this recording is in "${title}", and was approved.`,
      hint: "What was cut from it nobody has approved. Send a recording that has no more than what is to be heard.",
    },
  };
  await expect(announce({ assetSha256: sha256 })).rejects.toMatchObject(inPart);
  await expect(propose(sha256)).rejects.toMatchObject(inPart);
  const { id: waiting } = await announce({ upload: true });
  await expect(app.operator.upload(`/announcements/${waiting}/recording`, file)).rejects.toMatchObject(
    inPart,
  );
  await app.operator.upload(`/episodes/${id}/segments/1/recording`, tone());
  await expect(announce({ assetSha256: sha256 })).rejects.toMatchObject(inPart);
  await app.operator.put(`/episodes/${id}/segments/1/asset`, { sha256 });
  await settled(app.operator, id);
  await approve(app.operator, `episodes/${id}`);
  expect(await announce({ assetSha256: sha256 })).toMatchObject({ assetSha256: sha256 });
});

test("nor does the recording of a session that nobody has approved", async () => {
  const session = await app.operator.post<{ id: string }>("/sessions", {
    programmeId: await programmeId(app.operator, "lecture"),
    number: 1,
    topic: "学习原文",
    speakers: ["讲师"],
    modules: [],
  });
  const { recording } = await app.operator.upload<{ recording: { sha256: string } }>(
    `/sessions/${session.id}/recording`,
    tone(),
  );
  await expect(announce({ assetSha256: recording.sha256 })).rejects.toMatchObject(unapproved("学习原文"));
});

test("an own recording and what the server speaks air as they are", async () => {
  const { id } = await announce({ upload: true });
  const { assetSha256 } = await app.operator.upload<Announced>(`/announcements/${id}/recording`, tone());
  expect(await announce({ assetSha256 })).toMatchObject({ assetSha256 });
  expect(await announce({ text: "停水通知" })).toMatchObject({ assetSha256: expect.any(String) });
});
