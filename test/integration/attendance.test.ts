import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Operator } from "../../scripts/operator-client.ts";
import { COUNTY, FAR_VILLAGE, NEIGHBOUR, OTHER_TOWN, TOWN, VILLAGE } from "../support/fleet.ts";
import { DAY_MS, HOUR_MS, type LectureDay, openLectureDay } from "../support/lecture.ts";
import { asStranger, everywhere, newPerson, ofArea } from "../support/people.ts";

let day: LectureDay;
/** Of `TOWN`. */
let town: Operator;
let editor: Operator;
beforeAll(async () => {
  day = await openLectureDay();
  town = await newPerson(day.app, "daotian", ofArea(TOWN));
  editor = await newPerson(day.app, "media centre", everywhere("editor"));
});
afterAll(() => day.close());

const attendance = (rest = "") => `/broadcasts/${day.broadcastId}/attendance${rest}`;
interface TownCount {
  regionCode: string;
  sites: number;
  reported: number;
  checkedIn: number;
  headcount: number | null;
  attended: number;
  ratings: { count: number; mean: number | null };
}
const townsSeenBy = async (operator: Operator) =>
  (await operator.get<{ towns: TownCount[] }>(attendance())).towns;
const namesSeenBy = async (operator: Operator, query = "") =>
  (await operator.get<{ items: { name: string }[] }>(attendance(`/names${query}`))).items.map(
    ({ name }) => name,
  );
const look = async (regionCode: string) =>
  asStranger<{ checkIn: { state: string }; feedback: { state: string } }>(day.app.url, "/check-ins/look", {
    token: await day.tokenOf(regionCode),
  });

describe("before the freeze", () => {
  test("the address of a site tells what for and when, and takes nothing yet", async () => {
    expect(await look(VILLAGE)).toEqual({
      programme: "初心讲堂",
      title: expect.stringContaining("乡村振兴"),
      startAt: "2026-12-15T06:00:00.000Z",
      zone: "Asia/Shanghai",
      regionName: "东村",
      keepDays: 730,
      checkIn: { state: "early", from: "2026-12-15T05:50:00.000Z", until: expect.any(String) },
      feedback: { state: "early", from: expect.any(String), until: expect.any(String) },
    });
    await expect(day.checkIn(VILLAGE, "甲")).rejects.toMatchObject({
      status: 409,
      problem: { detail: "Check-in is not open yet." },
    });
    await expect(day.feedback(VILLAGE, 5)).rejects.toMatchObject({ status: 409 });
    await expect(
      day.app.operator.put(attendance(`/${VILLAGE}/headcount`), { people: 3 }),
    ).rejects.toMatchObject({ status: 409, problem: { detail: "The lecture has not begun." } });
  });

  test("a made-up address, and a true one that was changed by one sign, are not in force", async () => {
    const token = await day.tokenOf(VILLAGE);
    const changed = (token.startsWith("A") ? "B" : "A") + token.slice(1);
    for (const each of ["", "AAAA", changed, token.slice(1)])
      await expect(asStranger(day.app.url, "/check-ins/look", { token: each })).rejects.toMatchObject({
        status: 404,
        problem: { detail: "This check-in address is not in force." },
      });
  });
});

describe("from the freeze to the end of the day", () => {
  // No device is there to report a start.
  beforeAll(() => day.at(60_000, "failed"));

  test("somebody is there once, however often and wherever the name is typed", async () => {
    await day.checkIn(VILLAGE, "张 三", "东村党支部");
    await day.checkIn(VILLAGE, " 张三 ", "东村 党支部");
    await day.checkIn(NEIGHBOUR, "张三", "东村党支部");
    await day.checkIn(VILLAGE, "张三", "西村党支部");
    await day.checkIn(VILLAGE, "ＬＩ  Ｓi", "东村党支部");
    await day.checkIn(FAR_VILLAGE, "=王五", "远村党支部");
    expect(await namesSeenBy(day.app.operator)).toEqual(["=王五", "张三", "张三", "LI Si"]);
  });

  test("what is no name is refused, and the answer does not repeat it", async () => {
    for (const name of ["12345", "   ", "张\u202e三", "张\u0000三", "\u200b"]) {
      const refusal = await day.checkIn(VILLAGE, name).then(
        () => null,
        (error: unknown) => error as { status: number; problem: object },
      );
      expect([name, refusal?.status]).toEqual([name, 422]);
      expect(JSON.stringify(refusal?.problem)).not.toContain(name.trim() || "   ");
    }
    await expect(day.checkIn(VILLAGE, "长".repeat(41))).rejects.toMatchObject({ status: 422 });
    // One sign that NFKC makes eighteen of.
    await expect(day.checkIn(VILLAGE, "ﷺ".repeat(3))).rejects.toMatchObject({ status: 422 });
  });

  test("heads that were counted take the place of who checked in, until the count is taken back", async () => {
    const path = attendance(`/${VILLAGE}/headcount`);
    expect(await town.put(path, { people: 20 })).toEqual({
      regionCode: VILLAGE,
      name: "东村",
      checkedIn: 3,
      headcount: 20,
      attended: 20,
    });
    await town.put(attendance(`/${NEIGHBOUR}/headcount`), { people: 0 });
    expect(await townsSeenBy(day.app.operator)).toEqual([
      expect.objectContaining({
        regionCode: OTHER_TOWN,
        sites: 1,
        reported: 1,
        checkedIn: 1,
        headcount: null,
        attended: 1,
      }),
      expect.objectContaining({
        regionCode: TOWN,
        sites: 2,
        reported: 2,
        checkedIn: 3,
        headcount: 20,
        attended: 20,
      }),
    ]);
    await town.put(path, { people: null });
    expect(await town.get(attendance(`/${TOWN}`))).toEqual({
      items: [
        { regionCode: TOWN, name: "稻田镇", checkedIn: 0, headcount: null, attended: 0 },
        { regionCode: VILLAGE, name: "东村", checkedIn: 3, headcount: null, attended: 3 },
        { regionCode: NEIGHBOUR, name: "西村", checkedIn: 0, headcount: 0, attended: 0 },
      ],
    });
  });

  test("a mean is told from five ratings on; wishes come by town, without anything that says who", async () => {
    for (const rating of [5, 4, 4, 5]) await day.feedback(VILLAGE, rating, "多讲\r\n大棚技术");
    const ratingsOf = async (code: string) =>
      (await townsSeenBy(day.app.operator)).find(({ regionCode }) => regionCode === code)?.ratings;
    expect(await ratingsOf(TOWN)).toEqual({ count: 4, mean: null });
    const key = "0123456789abcdef".repeat(2);
    await day.feedback(NEIGHBOUR, 3, "", key);
    await day.feedback(NEIGHBOUR, 3, "", key);
    expect(await ratingsOf(TOWN)).toEqual({ count: 5, mean: 4.2 });
    await day.feedback(FAR_VILLAGE, 1, "  ");
    expect(await ratingsOf(OTHER_TOWN)).toEqual({ count: 1, mean: null });

    const { items, nextCursor } = await editor.get<{ items: object[]; nextCursor: string }>(
      `/broadcasts/${day.broadcastId}/feedback?limit=3`,
    );
    const wish = { townName: "稻田镇", wish: "多讲\n大棚技术" };
    expect(items).toEqual([wish, wish, wish]);
    const rest = await editor.get<{ items: object[] }>(
      `/broadcasts/${day.broadcastId}/feedback?cursor=${nextCursor}`,
    );
    expect(rest.items).toHaveLength(1);
  });

  test("a town sees its own alone; names are for those whom they concern, and each reading is noted", async () => {
    expect((await townsSeenBy(town)).map(({ regionCode }) => regionCode)).toEqual([TOWN]);
    expect(await namesSeenBy(town)).toEqual(["张三", "张三", "LI Si"]);
    expect(await namesSeenBy(town, `?regionCode=${NEIGHBOUR}`)).toEqual([]);
    for (const path of [
      `/names?regionCode=${FAR_VILLAGE}`,
      `/names?regionCode=${COUNTY}`,
      `/${OTHER_TOWN}`,
      `/${FAR_VILLAGE}/check-in`,
    ])
      await expect(town.get(attendance(path))).rejects.toMatchObject({ status: 403 });
    await expect(town.put(attendance(`/${FAR_VILLAGE}/headcount`), { people: 1 })).rejects.toMatchObject({
      status: 403,
    });
    expect(await townsSeenBy(editor)).toHaveLength(2);
    await expect(namesSeenBy(editor)).rejects.toMatchObject({ status: 403 });
    const found = await town.post<{ items: object[] }>("/attendance/people/search", { name: "=王五" });
    expect(found.items).toEqual([]);

    const { items } = await day.app.operator.get<{ items: { actor: { name: string }; outcome: string }[] }>(
      `/audit?act=${encodeURIComponent("GET /api/v1/broadcasts/:id/attendance/names")}`,
    );
    const by = items.map(({ actor, outcome }) => `${actor.name} ${outcome}`);
    expect(new Set(by)).toEqual(
      new Set(["daotian done", "daotian refused", "media centre refused", "admin done"]),
    );
  });

  test("the pages of the names, and the list for a spreadsheet", async () => {
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const query: string = cursor && `&cursor=${cursor}`;
      const page: { items: { name: string }[]; nextCursor: string | null } = await day.app.operator.get(
        attendance(`/names?limit=1${query}`),
      );
      seen.push(...page.items.map(({ name }) => name));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(["=王五", "张三", "张三", "LI Si"]);

    const answer = await fetch(`${day.app.url}/api/v1${attendance("/names?format=csv")}`, {
      headers: day.app.operator.credentials,
    });
    expect(answer.headers.get("cache-control")).toBe("private, no-store");
    expect(decodeURIComponent(answer.headers.get("content-disposition") ?? "")).toContain(
      "初心讲堂-2026-12-15-签到名单.csv",
    );
    expect((await answer.text()).split("\r\n")).toEqual([
      '"镇街","村（社区）","姓名","支部"',
      '"侯镇","远村","\'=王五","远村党支部"',
      '"稻田镇","东村","张三","东村党支部"',
      '"稻田镇","东村","张三","西村党支部"',
      '"稻田镇","东村","LI Si","东村党支部"',
      "",
    ]);
  });

  test("what is no lecture, and a region that it is not for, are told", async () => {
    const { items } = await day.app.operator.get<{
      items: { id: string; content: { kind: string } | null }[];
    }>("/broadcasts");
    const other = items.find(({ content }) => content?.kind !== "session");
    await expect(day.app.operator.get(`/broadcasts/${other?.id}/attendance`)).rejects.toMatchObject({
      status: 409,
      problem: { detail: "This broadcast is no lecture." },
    });
    await expect(day.app.operator.get(attendance(`/${COUNTY}/check-in`))).rejects.toMatchObject({
      status: 409,
      problem: { detail: "The lecture is not for this region." },
    });
  });
});

describe("what is held on one person", () => {
  const search = (operator: Operator, body: object) =>
    operator.post<{ items: object[] }>("/attendance/people/search", body).then(({ items }) => items);

  test("is found by the name, or by name and branch, and is all there is", async () => {
    expect(await search(day.app.operator, { name: "张三" })).toHaveLength(2);
    expect(await search(day.app.operator, { name: "张 三", branch: "东村党支部" })).toEqual([
      {
        name: "张三",
        branch: "东村党支部",
        broadcastId: day.broadcastId,
        programme: "初心讲堂",
        title: expect.stringContaining("乡村振兴"),
        startAt: "2026-12-15T06:00:00.000Z",
        regionCode: VILLAGE,
        regionName: "东村",
      },
    ]);
  });

  test("is erased for good while the counts stay; the log says that, and not whose it was", async () => {
    const person = { name: "张三", branch: "东村党支部" };
    await expect(town.post("/attendance/people/erase", person)).rejects.toMatchObject({ status: 403 });
    const before = await townsSeenBy(day.app.operator);
    expect(await day.app.operator.post("/attendance/people/erase", person)).toEqual({ checkIns: 1 });
    expect(await day.app.operator.post("/attendance/people/erase", person)).toEqual({ checkIns: 0 });
    expect(await search(day.app.operator, person)).toEqual([]);
    expect(await search(day.app.operator, { name: "张三" })).toHaveLength(1);
    expect(await townsSeenBy(day.app.operator)).toEqual(before);

    const { items } = await day.app.operator.get<{ items: { changes: object[] }[] }>(
      "/audit?object=attendance/people",
    );
    expect(items.map(({ changes }) => changes)).toEqual([
      [
        {
          object: "attendance/people",
          in: "erasures",
          before: null,
          after: { person_hash: expect.stringMatching(/^[0-9a-f]{64}$/), check_ins: 1 },
        },
      ],
    ]);
  });
});

describe("afterwards", () => {
  test("check-in closes two hours after the end, feedback after three days", async () => {
    day.clock.advance(2 * HOUR_MS);
    await day.signInAgain();
    expect(await look(VILLAGE)).toMatchObject({ checkIn: { state: "closed" }, feedback: { state: "open" } });
    await expect(day.checkIn(VILLAGE, "赵六")).rejects.toMatchObject({
      status: 409,
      problem: { detail: "Check-in is closed." },
    });
    await day.feedback(VILLAGE, 5);
    day.clock.advance(3 * DAY_MS);
    await day.signInAgain();
    expect(await look(VILLAGE)).toMatchObject({ feedback: { state: "closed" } });
    await expect(day.feedback(VILLAGE, 5)).rejects.toMatchObject({ status: 409 });
  });
});
