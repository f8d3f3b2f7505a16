import { afterAll, beforeAll, expect, test } from "vitest";
import { type RunningApp, runApp } from "../support/app.ts";
import { importRegions, programmeId } from "../support/county.ts";
import { everywhere, newPerson } from "../support/people.ts";
import { scheduleDefinition } from "../support/schedule-definition.ts";
import { secondPerson } from "../support/second-person.ts";

let app: RunningApp;
beforeAll(async () => {
  app = await runApp();
  await importRegions(app.operator);
});
afterAll(() => app.close());

/** The events of a connection, one after the other. */
async function* listen(headers: Record<string, string>) {
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
      if (event && data) yield { event, topics: (JSON.parse(data) as { topics: string[] }).topics };
    }
  }
}

test("what is saved by anybody is told by its topic to whoever listens, and not to strangers", async () => {
  const stranger = await fetch(`${app.url}/api/v1/changes`, { headers: { accept: "text/event-stream" } });
  expect(stranger.status).toBe(401);
  const events = listen(app.operator.credentials);
  expect((await events.next()).value?.event).toBe("open");
  await app.operator.post("/schedules?acceptConflicts=test", {
    programmeId: await programmeId(app.operator, "broadcast"),
    ...scheduleDefinition({ rule: { daysOfMonth: [9], times: ["09:00"] } }),
  });
  expect((await events.next()).value).toEqual({ event: "changed", topics: ["timetable"] });
  await app.operator.post("/episodes", {
    programmeId: await programmeId(app.operator, "broadcast"),
    number: 7,
    title: "第7期",
    segments: [{ name: "党建聚焦", title: "要闻" }],
  });
  expect((await events.next()).value).toEqual({ event: "changed", topics: ["content"] });
  await events.return();
});

test("that shorter quiet hours are confirmed is told of the timetable", async () => {
  const deputy = await secondPerson(app);
  const quietHours = [{ from: "22:00", to: "05:00" }];
  await app.operator.put("/policy", { quietHours, maxVolume: 100 });
  const events = listen(app.operator.credentials);
  expect((await events.next()).value?.event).toBe("open");
  await deputy.postAnew("/policy/shortened-hours/confirm", { regionCode: null, version: 1 });
  expect((await events.next()).value).toEqual({ event: "changed", topics: ["timetable"] });
  await events.return();
});

test("who is signed out meanwhile is told nothing more", async () => {
  const { credentials } = await newPerson(app, "watcher", everywhere("editor"));
  const events = listen(credentials);
  expect((await events.next()).value?.event).toBe("open");
  const { items } = await app.operator.get<{ items: { id: string; name: string }[] }>("/people");
  await app.operator.post(`/people/${items.find(({ name }) => name === "watcher")?.id}/disable`);
  await app.operator.put("/policy", { quietHours: [{ from: "22:00", to: "06:00" }], maxVolume: 80 });
  expect((await events.next()).done).toBe(true);
});
