import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { approve, type ReviewCase, reviewersOf, sign } from "../../scripts/reviewers.ts";
import { until } from "../../scripts/until.ts";
import { DAY_MS, MINUTE_MS } from "../../src/clock.ts";
import { libraryPath } from "../../src/media/media-library.ts";
import { digestOf } from "../../src/review/digest.ts";
import type { ContentKey } from "../../src/review/review-service.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { makeEpisode, makeTone, settled } from "../support/county.ts";
import { addEpisode, approveAt, type Desk, openDesk, signNext } from "../support/desk.ts";
import { createTestClock } from "../support/fleet.ts";

const START = Date.parse("2026-12-01T06:00:00+08:00");
const OTHER = "f".repeat(64);

describe("what devices would be given", () => {
  const clock = createTestClock(START);
  let desk: Desk;
  let scheduleId: string;
  let key: ContentKey;

  beforeAll(async () => {
    desk = await openDesk(clock);
    const { programmes, schedules } = desk.services;
    for (const { id } of schedules.active()) schedules.end(id);
    const programmeId = programmes.all().find(({ kind }) => kind === "broadcast")?.id ?? "";
    key = { kind: "episode", id: addEpisode(desk, 1) };
    scheduleId = schedules.create({
      programmeId,
      name: "首播",
      rule: { dates: ["2026-12-01", "2026-12-03"], times: ["07:00"] },
      zone: "Asia/Shanghai",
      targets: { regions: ["370783000000"], kinds: ["loudspeaker"] },
      content: { policy: "item", contentId: key.id },
      class: "daily",
      priority: 50,
      lateness: "skip",
      graceMinutes: 5,
      offline: "play",
    }).id;
  });
  afterAll(() => desk.close());

  const standing = () => desk.services.reviews.case(key);
  const planned = () =>
    desk.services.broadcasts
      .page({ from: START, until: START + 20 * DAY_MS, scheduleId }, { startAt: -1, id: "" }, 100)
      .map(({ localDate, state, whyNot }) => [localDate.slice(8), state, whyNot]);
  /** As when a rendition is asked for anew, or was made. */
  function set(profile: string, change: string): void {
    desk.db.prepare(`UPDATE renditions SET ${change} WHERE profile = ?`).run(profile);
    desk.services.reviews.checkBytes(null);
    desk.services.planner.planAll();
  }
  const reviewer = (name: string) => {
    const person = desk.services.people.all().find((each) => each.name === name);
    if (!person) throw new Error(`there is no ${name}`);
    return person;
  };

  test("is all named by the signature, that for a slow line too", () => {
    const { files, digest, review } = standing();
    expect(files.map(({ part, profile }) => [part, profile])).toEqual([
      [1, "loudspeaker-mp3"],
      [1, "terminal-mp4"],
      [1, "loudspeaker-opus"],
    ]);
    expect(digest).toBe(digestOf(files));
    expect(review.signatures.map((act) => [act.digest, act.files])).toEqual(
      review.signatures.map(() => [digest, files]),
    );
    expect(planned()).toEqual([
      ["01", "ready", null],
      ["03", "ready", null],
    ]);
  });

  test("keeps its signatures while a rendition is made again, and when that has the same bytes", () => {
    set("loudspeaker-opus", "state = 'queued'");
    expect(standing().review.state).toBe("approved");
    const [before] = standing().files.map(({ sha256 }) => sha256);
    set("loudspeaker-mp3", `state = 'queued', sha256 = NULL`);
    expect(planned()).toEqual([
      ["01", "planned", "not-transcoded"],
      ["03", "planned", "not-transcoded"],
    ]);
    set("loudspeaker-mp3", `state = 'ready', sha256 = '${before}'`);
    expect(standing().review.state).toBe("approved");
    expect(planned()[0]).toEqual(["01", "ready", null]);
  });

  test("airs by nothing while it is other than signed and something is still being made", () => {
    const before = standing().files.find(({ profile }) => profile === "loudspeaker-mp3")?.sha256;
    set("loudspeaker-mp3", `sha256 = '${OTHER}'`);
    expect(standing().review.state).toBe("approved");
    expect(planned()[0]).toEqual(["01", "planned", "not-signed"]);
    set("loudspeaker-mp3", `sha256 = '${before}'`);
    expect(planned()[0]).toEqual(["01", "ready", null]);
  });

  test("ends the approval once it has other bytes: who is told, and what for, stands in the queue", () => {
    set("loudspeaker-opus", `state = 'ready', sha256 = '${OTHER}'`);
    const { review, content } = standing();
    expect(content.approvedAt).toBeNull();
    expect(review).toMatchObject({
      state: "draft",
      signatures: [],
      ended: {
        act: {
          act: "voided",
          change: "rendition",
          reason: "Devices would be given another file than was signed: loudspeaker-opus.",
        },
        lost: [{ step: "first" }, { step: "second" }, { step: "final" }],
      },
    });
    expect(desk.services.reviews.ended()).toMatchObject([{ content: { id: key.id } }]);
    expect(planned()).toEqual([
      ["01", "planned", "nothing-approved"],
      ["03", "planned", "nothing-approved"],
    ]);
    const entry = desk.services.audit.about([`episodes/${key.id}`], 1)[0];
    expect(entry).toMatchObject({ actor: { kind: "server" }, act: "a review for other bytes is ended" });
  });

  test("cannot be signed while a rendition is being made, but can be returned", () => {
    const { reviews, people } = desk.services;
    reviews.submit(key, people.get(desk.userId));
    set("loudspeaker-opus", "state = 'running'");
    const { digest, lacks, review } = standing();
    expect([digest, lacks]).toEqual([
      null,
      [{ at: "/parts/0", message: "要闻: loudspeaker-opus is being made" }],
    ]);
    expect(() => signNext(desk, key)).toThrow("It cannot be signed while a rendition of it is being made.");
    reviews.returnForWork(key, reviewer("first reviewer"), { version: review.version, reason: "杂音" });
    expect(standing().review.state).toBe("returned");
    expect(() => reviews.submit(key, people.get(desk.userId))).toThrow("It cannot be submitted yet.");
    set("loudspeaker-opus", "state = 'ready'");
  });

  test("without a rendition that could not be made is signed for the rest; made after all, it is not", () => {
    set("loudspeaker-opus", "state = 'failed'");
    approveAt(desk, key);
    expect(standing().review.files.map(({ profile }) => profile)).toEqual([
      "loudspeaker-mp3",
      "terminal-mp4",
    ]);
    set("loudspeaker-opus", "state = 'ready'");
    expect(standing().review.state).toBe("draft");
    approveAt(desk, key);
    set("loudspeaker-opus", "state = 'failed'");
    expect(standing().review.state).toBe("approved");
    set("loudspeaker-opus", "state = 'ready'");
    expect(standing().review.state).toBe("approved");
  });

  test("is fixed for the air with signed files alone", () => {
    expect(planned()[0]).toEqual(["01", "ready", null]);
    desk.db.prepare("UPDATE broadcast_items SET sha256 = ?").run("d".repeat(64));
    clock.advance(55 * MINUTE_MS);
    desk.services.conductor.tick();
    expect(planned()[0]).toEqual(["01", "planned", "not-signed"]);
    desk.services.planner.planAll();
    desk.services.conductor.tick();
    expect(planned()[0]).toEqual(["01", "frozen", null]);
  });

  test("and is fixed already goes on, as that is what was signed", () => {
    set("loudspeaker-mp3", `sha256 = '${"e".repeat(64)}'`);
    expect(standing().content.approvedAt).toBeNull();
    expect(planned()).toEqual([
      ["01", "frozen", null],
      ["03", "planned", "nothing-approved"],
    ]);
  });
});

describe("a rendition that is really made anew", () => {
  let folder: string;
  let app: RunningApp;

  const profile = (name: string) => join(folder, "profiles", `${name}.json`);
  const open = (password?: string) =>
    runApp({
      env: {
        DATA_DIR: join(folder, "data"),
        MEDIA_DIR: join(folder, "media"),
        PROFILES_DIR: join(folder, "profiles"),
      },
      ...(password === undefined ? {} : { password }),
    });
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "ccx-review-bytes-"));
    for (const name of ["loudspeaker-mp3", "loudspeaker-opus"])
      cpSync(join("media/profiles", `${name}.json`), profile(name));
    app = await open();
  });
  afterAll(async () => {
    await app.close();
    rmSync(folder, { recursive: true });
  });

  interface Seen {
    approved: boolean;
    review: { state: string; ended: { by: { by: string | null; change: string; reason: string } } | null };
  }
  interface Queue {
    ended: { id: string; told: string[]; lost: { step: string }[]; by: { change: string } }[];
  }
  interface Case extends ReviewCase {
    files: { profile: string; sha256: string }[];
  }

  test("with the same bytes keeps its signatures; by a changed profile it loses them", async () => {
    const tone = makeTone(join(folder, "tone.wav"), 2);
    const { id } = await makeEpisode(app.operator, 1, tone);
    const content = `episodes/${id}`;
    await approve(app.operator, content);
    const { files, parts } = await app.operator.get<Case>(`/${content}/review`);
    const opus = files.find(({ profile }) => profile === "loudspeaker-opus")?.sha256 ?? "";
    expect(parts.map(({ sha256 }) => sha256)).toEqual([
      files.find(({ profile }) => profile === "loudspeaker-mp3")?.sha256,
    ]);

    const path = libraryPath(join(folder, "media"), opus);
    rmSync(path);
    await app.operator.post("/media-library/scrub");
    const isBack = () => {
      try {
        return createHash("sha256").update(readFileSync(path)).digest("hex") === opus;
      } catch {
        return false;
      }
    };
    await until(isBack, { what: "the lost rendition", timeoutMs: 60_000 });
    await settled(app.operator, id);
    expect(await app.operator.get<Seen>(`/${content}`)).toMatchObject({
      approved: true,
      review: { state: "approved" },
    });

    const { password } = app;
    await app.close();
    const changed = JSON.parse(readFileSync(profile("loudspeaker-opus"), "utf8"));
    changed.audio.bitrateKbps += 8;
    writeFileSync(profile("loudspeaker-opus"), JSON.stringify(changed));
    app = await open(password);
    await until(async () => !(await app.operator.get<Seen>(`/${content}`)).approved, {
      what: "the end of the approval",
      timeoutMs: 60_000,
    });
    expect(await app.operator.get<Seen>(`/${content}`)).toMatchObject({
      review: {
        state: "draft",
        ended: {
          by: {
            by: null,
            change: "rendition",
            reason: "Devices would be given another file than was signed: loudspeaker-opus.",
          },
        },
      },
    });
    const [reviewer] = await reviewersOf(app.operator);
    expect((await reviewer?.get<Queue>("/review-queue"))?.ended).toMatchObject([
      {
        id,
        by: { change: "rendition" },
        lost: [{ step: "first" }, { step: "second" }, { step: "final" }],
        told: ["admin", "初审员", "复审员", "终审员"],
      },
    ]);
    await app.operator.post(`/${content}/submit`);
    for (const each of await reviewersOf(app.operator)) await sign(each, content);
    expect(await app.operator.get<Seen>(`/${content}`)).toMatchObject({ approved: true });
    expect((await app.operator.get<Queue>("/review-queue")).ended).toEqual([]);
  });
});
