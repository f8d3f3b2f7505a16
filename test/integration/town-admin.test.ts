import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Operator } from "../../scripts/operator-client.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { type BroadcastView, enrolDevice, importRegions, makeTone } from "../support/county.ts";
import { COUNTY, FAR_VILLAGE, NEIGHBOUR, OTHER_TOWN, TOWN, VILLAGE } from "../support/fleet.ts";
import { everywhere, newPerson, ofArea } from "../support/people.ts";

let app: RunningApp;
/** Of `TOWN`. */
let town: Operator;
const device: Record<string, string> = {};

beforeAll(async () => {
  app = await runApp();
  await importRegions(app.operator);
  for (const regionCode of [VILLAGE, NEIGHBOUR, FAR_VILLAGE]) {
    const { id } = await app.operator.post<{ id: string }>("/devices", { regionCode, kind: "loudspeaker" });
    device[regionCode] = id;
  }
  town = await newPerson(app, "daotian", ofArea(TOWN));
});
afterAll(() => app.close());

const outside = {
  status: 403,
  problem: {
    type: "urn:ccx:problem:forbidden",
    detail: `This is outside your area: ${TOWN}.`,
    areas: [TOWN],
  },
};
const announcement = (...regions: string[]) => ({
  title: "停水通知",
  class: "announcement",
  source: { upload: true },
  targets: { regions, kinds: ["loudspeaker"] },
});
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();

describe("of devices", () => {
  test("the list has those of the own town, whatever is asked", async () => {
    const list = async (query: string) =>
      (await town.get<{ items: { regionCode: string }[] }>(`/devices${query}`)).items.map(
        ({ regionCode }) => regionCode,
      );
    expect(await list("")).toEqual([VILLAGE, NEIGHBOUR]);
    expect(await list(`?within=${VILLAGE}`)).toEqual([VILLAGE]);
    for (const within of [OTHER_TOWN, FAR_VILLAGE, COUNTY])
      await expect(list(`?within=${within}`)).rejects.toMatchObject(outside);
  });

  test("each is there for the own town and for no other", async () => {
    const [own, other] = [device[VILLAGE], device[FAR_VILLAGE]];
    const at = encodeURIComponent("2026-12-01T07:00");
    const acts = [
      (id?: string) => town.get(`/devices/${id}`),
      (id?: string) => town.get(`/devices/${id}/playlist-preview`),
      (id?: string) => town.get(`/broadcasts/why?device=${id}&at=${at}`),
      (id?: string) => town.get(`/devices/${id}/twin`),
      (id?: string) => town.patch(`/devices/${id}/twin`, { tags: ["文化广场"] }, "*"),
      (id?: string) => town.post(`/devices/${id}/enrolment-code`, {}),
      (id?: string) => town.post(`/devices/${id}/revoke`),
    ];
    for (const act of acts) {
      await expect(act(other)).rejects.toMatchObject(outside);
      await act(own);
    }
    expect(await app.operator.get(`/devices/${other}`)).toMatchObject({ state: "new", tags: [] });
  });

  test("many are changed in the own town, and none when one lies outside", async () => {
    const { id } = await town.post<{ id: string }>("/devices", { regionCode: VILLAGE, kind: "loudspeaker" });
    const [own, other] = [{ id }, { id: device[FAR_VILLAGE] }];
    const change = (which: object) => town.patch("/devices/twins", { ...which, change: { volume: 40 } });
    for (const which of [{ devices: [own, other] }, { areas: [TOWN, FAR_VILLAGE] }])
      await expect(change(which)).rejects.toMatchObject(outside);
    const volumes = () =>
      Promise.all(
        [own, other].map(async (each) => {
          const twin = await app.operator.get<{ desired: object }>(`/devices/${each.id}/twin`);
          return twin.desired;
        }),
      );
    expect(await volumes()).toMatchObject([{ volume: null }, { volume: null }]);
    await change({ devices: [own] });
    expect(await volumes()).toMatchObject([{ volume: 40 }, { volume: null }]);
  });

  test("new ones are for the own town", async () => {
    await expect(town.post("/devices", { regionCode: FAR_VILLAGE, kind: "terminal" })).rejects.toMatchObject(
      outside,
    );
    await town.post("/devices", { regionCode: NEIGHBOUR, kind: "terminal" });
    const bulk = (within: string) => town.post("/devices/bulk", { within, kind: "terminal" });
    await expect(bulk(COUNTY)).rejects.toMatchObject(outside);
    expect(await bulk(TOWN)).toMatchObject({ items: [{ regionCode: VILLAGE }] });
  });
});

test("of policies, it sets those of its area and reads all", async () => {
  const own = { quietHours: [{ from: "12:00", to: "14:00" }] };
  await town.put(`/regions/${VILLAGE}/policy`, own);
  for (const code of [COUNTY, OTHER_TOWN, FAR_VILLAGE]) {
    await expect(town.put(`/regions/${code}/policy`, own)).rejects.toMatchObject(outside);
    await expect(town.remove(`/regions/${code}/policy`)).rejects.toMatchObject(outside);
    await town.get(`/regions/${code}/policy`);
  }
  await town.remove(`/regions/${VILLAGE}/policy`);
});

test("of previews and explanations, it gets those of its area", async () => {
  await town.get(`/regions/${TOWN}/preview`);
  await expect(town.get(`/regions/${COUNTY}/preview`)).rejects.toMatchObject(outside);
  await expect(town.get(`/broadcasts/why?region=${OTHER_TOWN}&at=2026-12-01T07:00`)).rejects.toMatchObject(
    outside,
  );
  await expect(town.get("/broadcasts/why?at=2026-12-01T07:00")).rejects.toMatchObject({ status: 422 });
});

describe("of announcements", () => {
  test("it airs those that are for its area alone, and ends no other", async () => {
    const { id } = await town.post<{ id: string }>("/announcements", announcement(VILLAGE, NEIGHBOUR));
    for (const regions of [[FAR_VILLAGE], [VILLAGE, FAR_VILLAGE], [COUNTY]])
      await expect(town.post("/announcements", announcement(...regions))).rejects.toMatchObject(outside);
    await town.post(`/broadcasts/${id}/stop`);
    const county = await app.operator.post<{ id: string }>("/announcements", announcement(COUNTY));
    await expect(town.post(`/broadcasts/${county.id}/stop`)).rejects.toMatchObject(outside);
    expect(await app.operator.get(`/broadcasts/${county.id}`)).toMatchObject({ state: "planned" });
  });

  test("it sends recordings for its own, in one piece or resumably, and for nothing else", async () => {
    const tone = makeTone(`${app.folder}/tone.wav`, 2);
    const own = await town.post<{ id: string }>("/announcements", announcement(VILLAGE));
    const other = await app.operator.post<{ id: string }>("/announcements", announcement(OTHER_TOWN));
    const begin = async (target: string) => {
      const headers = {
        ...town.credentials,
        "tus-resumable": "1.0.0",
        "upload-length": "100",
        "upload-metadata": `target ${Buffer.from(target).toString("base64")}`,
      };
      return (await fetch(`${app.url}/api/v1/uploads`, { method: "POST", headers })).status;
    };
    expect(await begin(`announcements/${own.id}`)).toBe(201);
    expect(await begin(`announcements/${other.id}`)).toBe(403);
    expect(await begin(`sessions/${own.id}`)).toBe(403);
    expect(await begin("")).toBe(403);
    await town.upload(`/announcements/${own.id}/recording`, tone);
    await expect(town.upload(`/announcements/${other.id}/recording`, tone)).rejects.toMatchObject(outside);
  });

  test("what it began to send for its own it sends on only as long as it may, and nobody else does", async () => {
    const own = await app.operator.post<{ id: string }>("/announcements", announcement(VILLAGE));
    const sender = await newPerson(app, "sender", ofArea(TOWN));
    const bytes = Buffer.from("RIFF");
    const send = (by: Operator, method: string, location: string) =>
      fetch(new URL(location, app.url), {
        method,
        headers: {
          ...by.credentials,
          "tus-resumable": "1.0.0",
          ...(method === "PATCH" && {
            "upload-offset": "0",
            "content-type": "application/offset+octet-stream",
          }),
        },
        ...(method === "PATCH" && { body: bytes }),
      }).then(({ status }) => status);
    const begun = await fetch(`${app.url}/api/v1/uploads`, {
      method: "POST",
      headers: {
        ...sender.credentials,
        "tus-resumable": "1.0.0",
        "upload-length": "100",
        "upload-metadata": `target ${Buffer.from(`announcements/${own.id}`).toString("base64")}`,
      },
    });
    const location = begun.headers.get("location") ?? "";
    for (const method of ["HEAD", "PATCH", "DELETE"]) expect(await send(town, method, location)).toBe(404);
    const { items } = await app.operator.get<{ items: { id: string; name: string }[] }>("/people");
    const { id } = items.find(({ name }) => name === "sender") ?? {};
    for (const roles of [ofArea(OTHER_TOWN), everywhere("editor")]) {
      await app.operator.put(`/people/${id}/roles`, { roles });
      for (const method of ["HEAD", "PATCH", "DELETE"])
        expect(await send(sender, method, location)).toBe(403);
    }
    await app.operator.put(`/people/${id}/roles`, { roles: ofArea(TOWN) });
    expect(await send(sender, "PATCH", location)).toBe(204);
    expect(await send(sender, "DELETE", location)).toBe(204);
  });

  test("it sees of a broadcast for the county only its own devices", async () => {
    const own = await enrolDevice(app.operator, app.url, NEIGHBOUR);
    const far = await enrolDevice(app.operator, app.url, FAR_VILLAGE);
    const { id } = await app.operator.post<{ id: string }>("/announcements", announcement(COUNTY));
    const devicesSeenBy = async (operator: Operator) =>
      (await operator.get<BroadcastView>(`/broadcasts/${id}`)).devices.items.map(({ deviceId }) => deviceId);
    expect((await devicesSeenBy(app.operator)).toSorted()).toEqual(
      [own.identity.id, far.identity.id].toSorted(),
    );
    expect(await devicesSeenBy(town)).toEqual([own.identity.id]);
  });
});

test("of emergencies, it proposes, confirms and ends those of its area, and replaces no other", async () => {
  const proposal = (areas: string[], replaces?: string) => ({
    title: "山洪",
    class: "drill",
    silent: true,
    source: { text: "请立即转移。" },
    areas,
    until: inAnHour(),
    ...(replaces === undefined ? {} : { replaces }),
  });
  const county = await app.operator.post<{ id: string }>("/emergencies", proposal([COUNTY]));
  await expect(town.post("/emergencies", proposal([COUNTY]))).rejects.toMatchObject(outside);
  await expect(town.post("/emergencies", proposal([TOWN], county.id))).rejects.toMatchObject(outside);
  for (const act of ["confirm", "stop"])
    await expect(town.post(`/emergencies/${county.id}/${act}`)).rejects.toMatchObject(outside);
  const own = await town.post<{ id: string }>("/emergencies", proposal([TOWN]));
  await town.post(`/emergencies/${own.id}/stop`);
  await expect(town.post("/stop")).rejects.toMatchObject({ status: 403 });
});
