import { afterAll, beforeAll, expect, test } from "vitest";
import type { Operator } from "../../scripts/operator-client.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { importRegions, programmeId } from "../support/county.ts";
import { FAR_VILLAGE, TOWN, VILLAGE } from "../support/fleet.ts";
import { everywhere, newPerson, ofArea } from "../support/people.ts";
import { scheduleDefinition } from "../support/schedule-definition.ts";
import { secondPerson } from "../support/second-person.ts";

let app: RunningApp;
beforeAll(async () => {
  app = await runApp();
  await importRegions(app.operator);
});
afterAll(() => app.close());

/** The events of a connection, one after the other. */
async function* eventsOf(headers: Record<string, string>) {
  const answer = await fetch(`${app.url}/api/v1/changes`, {
    headers: { ...headers, accept: "text/event-stream" },
    signal: AbortSignal.timeout(30_000),
  });
  expect(answer.status).toBe(200);
  if (!answer.body) throw new Error("the stream has no body");
  let text = "";
  for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const event = /^event: (.*)$/m.exec(block)?.[1];
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (event && data) yield { event, topics: (JSON.parse(data) as { topics?: string[] }).topics ?? [] };
    }
  }
}

/** Somebody who is told of changes from now on. */
async function listen({ credentials }: Operator) {
  const events = eventsOf(credentials);
  const first = await events.next();
  expect(first.value?.event).toBe("open");
  return {
    mayHear: first.value?.topics,
    /** All that is told until all of these are. */
    async until(...awaited: string[]): Promise<string[]> {
      const told: string[] = [];
      while (!awaited.every((topic) => told.includes(topic))) {
        const { value, done } = await events.next();
        if (done) throw new Error(`the stream has ended; told were ${told.join(", ")}`);
        told.push(...value.topics);
      }
      return told;
    },
    isEnded: async () => {
      for await (const _ of events);
      return true;
    },
    async [Symbol.asyncDispose]() {
      await events.return();
    },
  };
}

test("what is saved by anybody is told by its topic to whoever listens, and not to strangers", async () => {
  const stranger = await fetch(`${app.url}/api/v1/changes`, { headers: { accept: "text/event-stream" } });
  expect(stranger.status).toBe(401);
  const editor = await newPerson(app, "editor", everywhere("editor"));
  await using told = await listen(editor);
  const programme = await programmeId(app.operator, "broadcast");
  await app.operator.post("/schedules?acceptConflicts=test", {
    programmeId: programme,
    ...scheduleDefinition({ rule: { daysOfMonth: [9], times: ["09:00"] } }),
  });
  expect(await told.until("timetable")).not.toContain("content");
  await app.operator.post("/episodes", {
    programmeId: programme,
    number: 7,
    title: "第7期",
    segments: [{ name: "党建聚焦", title: "要闻" }],
  });
  await told.until("content");
});

test("who may not read something is not told that it has changed, and who may in one town is told of that alone", async () => {
  await using all = await listen(app.operator);
  const town = await newPerson(app, "daotian", ofArea(TOWN));
  const policy = { quietHours: [{ from: "22:00", to: "06:00" }], maxVolume: 95 };
  await app.operator.put("/policy", policy);
  // What was noted before is told by then, as that somebody has come.
  await all.until("timetable");
  await using told = await listen(town);
  expect(all.mayHear).toEqual(
    expect.arrayContaining(["devices", "proofs", "people", "keys", "broker", "audit", "attendance"]),
  );
  expect(told.mayHear).toEqual(expect.arrayContaining(["devices", "proofs", "people", "attendance"]));
  for (const topic of ["keys", "broker", "audit"]) expect(told.mayHear).not.toContain(topic);

  await app.operator.post("/devices", { regionCode: FAR_VILLAGE, kind: "loudspeaker" });
  await newPerson(app, "somebody else", everywhere("editor"));
  await all.until("devices", "people", "audit");
  await app.operator.put("/policy", { ...policy, maxVolume: 90 });
  const heard = await told.until("timetable");
  for (const topic of ["devices", "people", "audit", "broker"]) expect(heard).not.toContain(topic);

  await app.operator.post("/devices", { regionCode: VILLAGE, kind: "loudspeaker" });
  await told.until("devices");
  // What is done to somebody is theirs to know.
  const { items } = await app.operator.get<{ items: { id: string; name: string }[] }>("/people");
  const id = items.find(({ name }) => name === "daotian")?.id;
  await app.operator.post(`/people/${id}/invitation`);
  await told.until("people");
});

test("that shorter quiet hours are confirmed is told of the timetable", async () => {
  const deputy = await secondPerson(app);
  const quietHours = [{ from: "22:00", to: "05:00" }];
  await app.operator.put("/policy", { quietHours, maxVolume: 100 });
  await using told = await listen(app.operator);
  await deputy.postAnew("/policy/shortened-hours/confirm", { regionCode: null, version: 1 });
  expect(await told.until("timetable")).not.toContain("content");
});

test("who is signed out meanwhile is told nothing more", async () => {
  const watcher = await newPerson(app, "watcher", everywhere("editor"));
  await using told = await listen(watcher);
  const { items } = await app.operator.get<{ items: { id: string; name: string }[] }>("/people");
  await app.operator.post(`/people/${items.find(({ name }) => name === "watcher")?.id}/disable`);
  expect(await told.isEnded()).toBe(true);
});
