import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Operator } from "../../scripts/operator-client.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { importRegions } from "../support/county.ts";
import { isInFiles } from "../support/database-files.ts";
import { FAR_VILLAGE, TOWN, VILLAGE } from "../support/fleet.ts";
import { everywhere, newPerson, ofArea } from "../support/people.ts";

const OF_VILLAGE = { role: "村广播员", telephone: "0536-5220001" };
const OF_TOWN = { role: "镇街值班室", telephone: "+86 536 5220002" };
const FAR = { role: "村广播员", telephone: "13905360003" };
interface Contact {
  regionCode: string;
  role: string;
  telephone: string;
}

let app: RunningApp;
let town: Operator;

beforeAll(async () => {
  app = await runApp();
  await importRegions(app.operator);
  town = await newPerson(app, "镇街管理员", ofArea(TOWN));
});
afterAll(() => app.close());

const list = async (who: Operator) => (await who.get<{ items: Contact[] }>("/contacts")).items;
const put = (who: Operator, code: string, ...contacts: object[]) =>
  who.put<{ contacts: Contact[] }>(`/regions/${code}/contacts`, { contacts });

test("telephones are read and changed as far as the own area reaches, in pages, and by nobody else", async () => {
  expect(await put(town, VILLAGE, OF_VILLAGE)).toEqual({ contacts: [OF_VILLAGE] });
  await put(town, TOWN, OF_TOWN, OF_VILLAGE);
  await put(app.operator, FAR_VILLAGE, FAR);
  await expect(put(town, FAR_VILLAGE)).rejects.toMatchObject({ status: 403 });
  await expect(town.get(`/regions/${FAR_VILLAGE}/contacts`)).rejects.toMatchObject({ status: 403 });

  expect(await list(town)).toEqual([
    { regionCode: TOWN, ...OF_TOWN },
    { regionCode: TOWN, ...OF_VILLAGE },
    { regionCode: VILLAGE, ...OF_VILLAGE },
  ]);
  const first = await app.operator.get<{ items: Contact[]; nextCursor: string }>("/contacts?limit=1");
  const rest = await app.operator.get<typeof first>(`/contacts?limit=500&cursor=${first.nextCursor}`);
  const all = [...first.items, ...rest.items];
  expect(all).toHaveLength(4);
  expect(all).toEqual(await list(app.operator));

  for (const role of ["editor", "auditor", "reviewer-1"] as const) {
    const other = await newPerson(app, role, everywhere(role));
    await expect(list(other)).rejects.toMatchObject({ status: 403 });
    await expect(other.get(`/regions/${VILLAGE}/contacts`)).rejects.toMatchObject({ status: 403 });
  }
  await expect(put(town, VILLAGE, { ...OF_VILLAGE, telephone: "东村张" })).rejects.toMatchObject({
    status: 422,
  });
});

test("a file replaces those of the regions in it, all or nothing, and says what is wrong without a number", async () => {
  const send = (...lines: string[]) =>
    app.operator.postText<object>(
      "/contacts/import",
      "text/csv",
      ["code,role,telephone", ...lines].join("\n"),
    );
  await expect(
    send(`${VILLAGE},村支书,0536-5220004`, "370783999999,村支书,0536-5220005", `${VILLAGE},,0536 转 5`),
  ).rejects.toMatchObject({
    status: 422,
    problem: {
      errors: [
        { at: "line 3", message: "there is no region 370783999999" },
        { at: "line 4", message: "the role has 1 to 30 characters" },
        { at: "line 4", message: "the telephone is not 3 to 20 digits, blanks and hyphens" },
      ],
    },
  });
  expect(await list(town)).toHaveLength(3);
  expect(await send(`${VILLAGE},村支书,0536-5220004`)).toEqual({ regions: 1, contacts: 1 });
  expect((await list(town)).at(-1)).toEqual({
    regionCode: VILLAGE,
    role: "村支书",
    telephone: "0536-5220004",
  });
});

test("the log says who read and changed them and no number; what is taken out is nowhere any more", async () => {
  const { items } = await app.operator.get<{ items: { act: string; changes: object[] }[] }>(
    `/audit?limit=100&object=regions/${VILLAGE}`,
  );
  const acts = items.map(({ act }) => act);
  expect(acts).toContain("PUT /api/v1/regions/:code/contacts");
  expect(acts).toContain("POST /api/v1/contacts/import");
  const readings = await app.operator.get<{ items: object[] }>(
    `/audit?act=${encodeURIComponent("GET /api/v1/contacts")}`,
  );
  expect(readings.items.length).toBeGreaterThan(0);
  await put(town, VILLAGE);
  await put(town, TOWN);

  const holding = (number: string) => {
    const db = new Sqlite(join(app.folder, "data", "cuncunxiang.db"), { readonly: true });
    const tables = db
      .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'")
      .pluck()
      .all();
    const found = tables.filter((table) =>
      JSON.stringify(db.prepare(`SELECT * FROM "${table}"`).all()).includes(number),
    );
    db.close();
    return found;
  };
  expect(holding(FAR.telephone)).toEqual(["contacts"]);
  for (const { telephone } of [OF_VILLAGE, OF_TOWN]) expect(holding(telephone)).toEqual([]);
  expect(holding("0536-5220004")).toEqual([]);
  const database = join(app.folder, "data", "cuncunxiang.db");
  expect(isInFiles(database, FAR.telephone)).toBe(true);
  for (const number of ["0536-5220004", OF_VILLAGE.telephone, OF_TOWN.telephone])
    expect({ number, isThere: isInFiles(database, number) }).toEqual({ number, isThere: false });
  expect(app.log.text()).not.toMatch(/(?<!\.\d*)522000\d|13905360003/);
});
