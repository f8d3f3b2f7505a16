import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TOTP } from "otpauth";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Operator, signIn } from "../../scripts/operator-client.ts";
import { sign } from "../../scripts/reviewers.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../src/clock.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { importRegions, makeEpisode, makeTone } from "../support/county.ts";
import { createTestClock, OTHER_TOWN, type TestClock, TOWN } from "../support/fleet.ts";
import { accept, everywhere, newPerson, PASSWORD, tokenIn } from "../support/people.ts";
import { setUpSecondFactor } from "../support/second-factor.ts";

/** An administrator who makes or takes over another account is one person still. */

const AIRS = everywhere("administrator", "scheduler");
let clock: TestClock;
let app: RunningApp;
let second: Operator;
let third: Operator;

beforeAll(async () => {
  clock = createTestClock(Date.now());
  // Of the villages, with towns that have none known, one town has an eighth and the other a sixteenth.
  const env = {
    COUNTY_WIDE_PERCENT: "15",
    ACCESS_SETTLES_HOURS: "24",
    SIGN_IN_IDLE_HOURS: "8760",
    SIGN_IN_DAYS: "365",
  };
  app = await runApp({ clock, env });
  await importRegions(app.operator);
  second = await newPerson(app, "second", AIRS);
  third = await newPerson(app, "third", AIRS);
}, 60_000);
afterAll(() => app.close());

const settle = () => clock.step(DAY_MS);
const idOf = async (person: Operator) => (await person.get<{ user: { id: string } }>("/me")).user.id;

/** Whether one proposes and the other starts a drill that nobody hears: its state, or the refusal. */
let spoken = 0;
async function airedBy(one: Operator, other: Operator, code?: string): Promise<unknown> {
  spoken += 1;
  const { id } = await one.post<{ id: string }>("/emergencies", {
    title: "演练",
    class: "drill",
    silent: true,
    source: { text: `第${spoken}次演练。` },
    areas: [TOWN],
    until: new Date(clock.now() + 5 * MINUTE_MS).toISOString(),
  });
  const confirm = `/emergencies/${id}/confirm`;
  const answer = await (code === undefined ? other.postAnew(confirm) : other.post(confirm, { code })).then(
    () => "confirmed",
    ({ problem }: { problem: { type: string; until: string } }) => problem,
  );
  await one.post(`/emergencies/${id}/stop`);
  return answer;
}
const refused = { type: "urn:ccx:problem:not-two-people", status: 403 };

test("whom an administrator has just let in is no second person, and neither are two of them", async () => {
  expect(await airedBy(app.operator, second)).toMatchObject({
    ...refused,
    until: new Date(clock.now() + DAY_MS).toISOString(),
  });
  expect(await airedBy(second, app.operator)).toMatchObject(refused);
  expect(await airedBy(second, third)).toMatchObject(refused);
  clock.step(DAY_MS - HOUR_MS);
  expect(await airedBy(second, third)).toMatchObject(refused);
  clock.step(HOUR_MS);
  expect(await airedBy(app.operator, second)).toBe("confirmed");
  expect(await airedBy(second, third)).toBe("confirmed");
}, 60_000);

test("an account that somebody else's account let in is in the same hand", async () => {
  const puppet = await newPerson(app, "puppet", AIRS);
  const another = await newPerson({ ...app, operator: puppet }, "another", AIRS);
  expect(await airedBy(app.operator, another)).toMatchObject(refused);
  expect(await airedBy(third, another)).toBe("confirmed");
  settle();
});

test("a new password of an old account puts it into the hand of whoever made the link", async () => {
  const { url } = await app.operator.post<{ url: string }>(`/people/${await idOf(second)}/invitation`);
  expect(await airedBy(app.operator, second)).toBe("confirmed");
  await accept(app.url, tokenIn(url));
  second = await signIn(app.url, "second", PASSWORD);
  expect(await airedBy(app.operator, second)).toMatchObject(refused);
  expect(await airedBy(third, second)).toBe("confirmed");
  settle();
  expect(await airedBy(app.operator, second)).toBe("confirmed");
});

test("a link that was used counts where a factor stands, too; removing one counts where there was one", async () => {
  const secret = await setUpSecondFactor(third, PASSWORD, clock.now());
  const id = await idOf(third);
  const { url } = await app.operator.post<{ url: string }>(`/people/${id}/invitation`);
  await accept(app.url, tokenIn(url));
  const nextCode = () => {
    clock.step(MINUTE_MS);
    return new TOTP({ secret }).generate({ timestamp: clock.now() });
  };
  third = await signIn(app.url, "third", PASSWORD, nextCode());
  expect(await airedBy(app.operator, third, nextCode())).toMatchObject(refused);
  settle();
  expect(await airedBy(app.operator, third, nextCode())).toBe("confirmed");
  await app.operator.remove(`/people/${id}/second-factor`);
  third = await signIn(app.url, "third", PASSWORD);
  expect(await airedBy(app.operator, third)).toMatchObject(refused);
  settle();
  await app.operator.remove(`/people/${id}/second-factor`);
  third = await signIn(app.url, "third", PASSWORD);
  expect(await airedBy(app.operator, third)).toBe("confirmed");
});

test("what two accounts in one hand set alone for a night counts together", async () => {
  const puppet = await newPerson(app, "other of the same hand", AIRS);
  const night = new Date(clock.now() + DAY_MS).toISOString().slice(0, 10);
  const isAwaited = async (by: Operator, area: string) => {
    const { confirmation } = await by.post<{ confirmation: object | null }>("/announcements", {
      title: "停水",
      class: "announcement",
      source: { text: "今晚停水。" },
      targets: { regions: [area], kinds: ["loudspeaker"] },
      startAt: `${night}T23:00:00+08:00`,
    });
    return confirmation !== null;
  };
  expect(await isAwaited(app.operator, TOWN)).toBe(false);
  expect(await isAwaited(third, OTHER_TOWN)).toBe(false);
  expect(await isAwaited(puppet, OTHER_TOWN)).toBe(true);
  settle();
}, 60_000);

test("each step of a review is another hand's", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ccx-one-hand-"));
  const { id } = await makeEpisode(app.operator, 1, makeTone(join(folder, "tone.wav"), 1));
  await rm(folder, { recursive: true });
  await app.operator.post(`/episodes/${id}/submit`);
  const puppet = await newPerson(app, "reviewer of the maker's", everywhere("reviewer-1"));
  await expect(sign(puppet, `episodes/${id}`)).rejects.toMatchObject({ problem: refused });
  const office = { ...app, operator: third };
  const first = await newPerson(office, "first", everywhere("reviewer-1"));
  const both = await newPerson(office, "second of the same hand", everywhere("reviewer-2"));
  await sign(first, `episodes/${id}`);
  await expect(sign(both, `episodes/${id}`)).rejects.toMatchObject({ problem: refused });
  settle();
  await sign(both, `episodes/${id}`);
}, 60_000);

test("administrators and auditors see who let whom in", async () => {
  const auditor = await newPerson(app, "auditor", everywhere("auditor"));
  const { items } = await auditor.get<{ items: { person: { name: string }; how: string }[] }>(
    "/people/access-given",
  );
  expect(items[0]).toMatchObject({
    person: { name: "auditor" },
    givenBy: { name: "admin" },
    how: "invitation",
    at: new Date(clock.now()).toISOString(),
    settlesAt: new Date(clock.now() + DAY_MS).toISOString(),
  });
  const howOf = (name: string) => items.filter(({ person }) => person.name === name).map(({ how }) => how);
  expect(howOf("second")).toEqual(["invitation", "invitation"]);
  expect(howOf("third")).toEqual(["second-factor", "invitation", "invitation"]);
});
