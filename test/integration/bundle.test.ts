import {
  createWriteStream,
  existsSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { unpackTar } from "modern-tar";
import { packTar, type TarSource } from "modern-tar/fs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openStore } from "../../devices/core/device-folder.ts";
import { loadOrEnrol } from "../../devices/core/identity.ts";
import { readBundle, watchBundles } from "../../devices/gateway/bundle-folder.ts";
import { until } from "../../scripts/until.ts";
import { bundledMedia, bundledPlaylist } from "../../src/protocol/bundle.ts";
import type { Playlist, PlaylistBroadcast } from "../../src/protocol/messages.ts";
import { createSigner, generateSigningKey, type Signer } from "../../src/protocol/signing.ts";
import { type AirStation, openAirStation } from "../support/air-station.ts";
import { airing } from "../support/airing.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { approvedEpisode, importRegions, makeTone } from "../support/county.ts";
import { FAR_VILLAGE, VILLAGE } from "../support/fleet.ts";
import { createMemoryLog } from "../support/memory-log.ts";
import { recordingOf, startTestDevice } from "../support/test-device.ts";

const TONE_MS = 1_000;

let folder: string;
let tone: Buffer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-bundle-"));
  tone = readFileSync(makeTone(join(folder, "tone.wav"), TONE_MS / 1_000));
});
afterAll(() => rm(folder, { recursive: true }));

let state: string;
beforeEach(async () => void (state = await mkdtemp(join(folder, "state-"))));

describe("a gateway that is given a bundle", () => {
  let station: AirStation & AsyncDisposable;
  beforeEach(async () => void (station = await openAirStation()));
  afterEach(() => station[Symbol.asyncDispose]());

  const entry = (target: string, content: string | Buffer): TarSource => ({
    type: "content",
    target,
    content,
  });
  async function write(name: string, ...entries: TarSource[]): Promise<string> {
    const path = join(state, name);
    await pipeline(packTar(entries), createWriteStream(path));
    return path;
  }

  /** The entries of a bundle as the server makes it; `change` and `signer` are what is wrong with its playlist. */
  async function entriesOf(
    broadcast: PlaylistBroadcast,
    change: Partial<Playlist> = {},
    signer: Signer = station.signer,
  ) {
    const playlist: Playlist = {
      version: 1,
      deviceId: station.identity.deviceId,
      generatedAt: Date.now(),
      validUntil: Date.now() + 3_600_000,
      revision: 5,
      policy: { zone: "Asia/Shanghai", quietHours: [], maxVolume: 100 },
      fetch: { slotOffsetMs: 0, deadline: Date.now() },
      broadcasts: [broadcast],
      ...change,
    };
    return {
      keys: entry("keys.json", JSON.stringify({ items: [] })),
      playlist: entry(bundledPlaylist(station.identity.deviceId), await signer.sign("playlist", playlist)),
      media: entry(bundledMedia(broadcast.items[0]?.sha256 ?? ""), tone),
    };
  }

  /** It was online once, and has its clock from then; now the village is cut off. */
  async function cutOff() {
    const device = await startTestDevice(station, state);
    await until(() => device.online && device.status().clock.trusted);
    await station.goDown();
    await until(() => !device.online);
    return device;
  }
  const media = () => readdirSync(join(state, "media"));

  test("with the network down plays what is in it, and its records come when the network does", async () => {
    await using device = await cutOff();
    const broadcast = airing(station.addMedia(tone, TONE_MS), 3_500);
    const { keys, playlist, media } = await entriesOf(broadcast);
    const [theirs, other] = [
      entry(bundledPlaylist("another-device"), "not for us"),
      entry(bundledMedia("0".repeat(64)), "not for us"),
    ];
    const path = await write("a.ccx.tar", keys, theirs, playlist, other, media);
    expect(await device.importBundle(readBundle(path))).toEqual({ revision: 5, files: 1 });
    expect(device.status().next).toMatchObject([{ title: broadcast.title, isCached: true }]);
    // Once more is no harm.
    expect(await device.importBundle(readBundle(path))).toEqual({ revision: 5, files: 0 });
    await until(() => recordingOf(state, broadcast.id) !== null, { what: "the sound", timeoutMs: 15_000 });
    expect(recordingOf(state, broadcast.id)).toMatchObject({ complete: true });
    await station.comeBack();
    await station.hears(broadcast.id, "received", "cached", "started", "finished");
    expect(station.mediaRequests).toEqual([]);
  });

  test("takes nothing of one that is wrong, and says why", async () => {
    const device = await startTestDevice(station, state);
    const item = station.addMedia(tone, TONE_MS);
    await station.list([], { revision: 3 });
    await until(() => device.playlist?.revision === 3 && device.status().clock.trusted);
    await station.goDown();

    const broadcast = airing(item, 3_600_000);
    const right = await entriesOf(broadcast);
    const stranger = await createSigner(await generateSigningKey("stranger"));
    const signedAgain = async (change: Partial<Playlist>, signer = station.signer) =>
      (await entriesOf(broadcast, change, signer)).playlist;
    const damaged = entry(bundledMedia(item.sha256), Buffer.alloc(tone.length, 1));
    const longer = entry(bundledMedia(item.sha256), Buffer.concat([tone, tone]));
    const whole = await write("whole.ccx.tar", right.keys, right.playlist, right.media);
    const cut = await write("cut.ccx.tar", right.keys, right.playlist, right.media);
    truncateSync(cut, (await stat(whole)).size - tone.length);
    const noise = join(state, "noise.ccx.tar");
    writeFileSync(noise, Buffer.alloc(10_000, 7));

    const cases: [string, RegExp][] = [
      [await write("1.ccx.tar", right.keys, right.playlist, damaged), /is damaged/],
      [await write("2.ccx.tar", right.keys, right.playlist, longer), /is damaged/],
      [await write("3.ccx.tar", right.keys, right.playlist), /1 of its files are missing/],
      [await write("4.ccx.tar", right.keys, right.media, right.playlist), /1 of its files are missing/],
      [await write("5.ccx.tar", right.keys, right.media), /nothing for this device/],
      [cut, /truncated|missing/],
      [noise, /./],
      [join(state, "absent.ccx.tar"), /ENOENT/],
      [await write("6.ccx.tar", await signedAgain({ revision: 2 }), right.media), /older than what/],
      [await write("7.ccx.tar", await signedAgain({ deviceId: "other" }), right.media), /another device's/],
      [await write("8.ccx.tar", await signedAgain({ validUntil: 1 }), right.media), /no longer valid/],
      [await write("9.ccx.tar", await signedAgain({}, stranger), right.media), /unknown-key/],
      [await write("x.ccx.tar", entry("keys.json", "{}"), right.playlist, right.media), /its keys are not/],
    ];
    for (const [path, why] of cases) await expect(device.importBundle(readBundle(path))).rejects.toThrow(why);
    expect(media()).toEqual([]);
    expect(device.playlist?.revision).toBe(3);
    expect(existsSync(join(state, "keys.json"))).toBe(false);

    expect(await device.importBundle(readBundle(whole))).toEqual({ revision: 5, files: 1 });
    expect(media()).toEqual([item.sha256]);
    await device.close();
  });

  test("finds it on a stick, once it is copied whole, and says on the spot what it did not take", async () => {
    await using device = await cutOff();
    const broadcast = airing(station.addMedia(tone, TONE_MS), 3_600_000);
    const { keys, playlist, media: file } = await entriesOf(broadcast);
    const stick = join(state, "media-root", "usb0");
    await mkdir(stick, { recursive: true });
    const { log, text } = createMemoryLog();
    const close = watchBundles(join(state, "media-root"), {
      importBundle: device.importBundle,
      faults: device.faults,
      log,
    });
    const whole = readFileSync(await write("whole.ccx.tar", keys, playlist, file));
    writeFileSync(join(stick, "village.ccx.tar"), whole.subarray(0, whole.length / 2));
    await until(() => device.faults.list().some((fault) => fault.includes("village.ccx.tar was not taken")), {
      what: "the fault",
      timeoutMs: 15_000,
    });
    writeFileSync(join(stick, "village.ccx.tar"), whole);
    await until(() => device.playlist?.revision === 5, { what: "the import", timeoutMs: 15_000 });
    await until(() => device.faults.list().length === 0, { what: "no fault" });
    expect(text()).toContain("a bundle was taken");
    await close();
  });
});

describe("the server makes a bundle for a village", () => {
  let app: RunningApp;
  async function start(env: Record<string, string> = {}) {
    app = await runApp({ env });
    await importRegions(app.operator);
  }
  beforeEach(() => start());
  afterEach(() => app.close());

  async function enrol(regionCode: string, stateDir: string) {
    const { id } = await app.operator.post<{ id: string }>("/devices", { regionCode, kind: "loudspeaker" });
    const { code } = await app.operator.post<{ code: string }>(`/devices/${id}/enrolment-code`, {});
    const log = createMemoryLog().log;
    const store = openStore(stateDir);
    return loadOrEnrol({ server: app.url, store, code, hardwareId: null, kind: "loudspeaker", log });
  }
  const ask = (code: string, query = "", headers: Record<string, string> = {}, method = "GET") =>
    fetch(`${app.url}/api/v1/regions/${code}/bundle${query}`, {
      method,
      headers: { ...app.operator.credentials, ...headers },
    });

  test("with a signed playlist for each device and every file once, which a gateway takes without the network", async () => {
    await approvedEpisode(app.operator, 42, makeTone(join(folder, "episode.wav"), 2));
    const identity = await enrol(VILLAGE, state);
    const second = await enrol(VILLAGE, await mkdtemp(join(folder, "second-")));
    await app.operator.post("/signing-keys/rotate", {});

    const answer = await ask(VILLAGE);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("application/x-tar");
    expect(answer.headers.get("content-disposition")).toMatch(
      new RegExp(`^attachment; filename="${VILLAGE}-\\d{4}-\\d{2}-\\d{2}\\.ccx\\.tar"$`),
    );
    const path = join(state, "village.ccx.tar");
    const body = answer.body as ReadableStream<Uint8Array>;
    await pipeline(Readable.fromWeb(body as never), createWriteStream(path));
    const names = (await unpackTar(readFileSync(path))).map(({ header }) => header.name);
    expect(names[0]).toBe("keys.json");
    expect(names.slice(1, 3).toSorted()).toEqual(
      [identity.deviceId, second.deviceId].map(bundledPlaylist).toSorted(),
    );
    expect(names).toHaveLength(4);

    // Nothing of the server can be reached from here on.
    const nowhere = "127.0.0.1:1";
    const isolated = { ...identity, mqtt: { ...identity.mqtt, url: `mqtt://${nowhere}` } };
    await using device = await startTestDevice({ url: `http://${nowhere}`, identity: isolated }, state);
    expect(await device.importBundle(readBundle(path))).toMatchObject({ files: 1 });
    const { media, next } = device.status();
    expect(media.total).toBeGreaterThan(0);
    expect(media.ready).toBe(media.total);
    expect(next[0]?.programme).toBe("党建之声");
  });

  test("a download that was cut goes on from any byte, and begins anew when the bundle has changed", async () => {
    await approvedEpisode(app.operator, 42, makeTone(join(folder, "long.wav"), 2));
    await enrol(VILLAGE, state);
    const answer = await ask(VILLAGE);
    const etag = answer.headers.get("etag") ?? "";
    const whole = Buffer.from(await answer.arrayBuffer());
    const bytes = whole.length;
    expect(answer.headers.get("content-length")).toBe(`${bytes}`);
    expect(etag).toMatch(/^"[\w-]{43}"$/);

    const playlistAt = whole.indexOf("playlists/");
    const mediaAt = whole.indexOf("media/", playlistAt);
    const moments = [
      1,
      511,
      512,
      playlistAt,
      playlistAt + 700,
      mediaAt,
      mediaAt + 1_000,
      bytes - 1_024,
      bytes - 1,
    ];
    for (const start of moments) {
      const rest = await ask(VILLAGE, "", { range: `bytes=${start}-`, "if-range": etag });
      expect({ start, status: rest.status }).toEqual({ start, status: 206 });
      expect(rest.headers.get("content-range")).toBe(`bytes ${start}-${bytes - 1}/${bytes}`);
      expect(Buffer.from(await rest.arrayBuffer()).equals(whole.subarray(start))).toBe(true);
    }
    const middle = await ask(VILLAGE, "", { range: `bytes=${mediaAt - 5}-${mediaAt + 600}` });
    expect(Buffer.from(await middle.arrayBuffer()).equals(whole.subarray(mediaAt - 5, mediaAt + 601))).toBe(
      true,
    );
    expect((await ask(VILLAGE, "", { range: `bytes=${bytes}-` })).status).toBe(416);
    expect((await ask(VILLAGE, "", { "if-none-match": etag })).status).toBe(304);
    const head = await ask(VILLAGE, "", {}, "HEAD");
    expect([head.status, head.headers.get("content-length")]).toEqual([200, `${bytes}`]);

    await app.operator.put("/policy", { quietHours: [], maxVolume: 70 });
    const anew = await ask(VILLAGE, "", { range: "bytes=600-", "if-range": etag });
    expect(anew.status).toBe(200);
    expect(anew.headers.get("etag")).not.toBe(etag);
    expect((await unpackTar(Buffer.from(await anew.arrayBuffer())))[0]?.header.name).toBe("keys.json");
  });

  test("is never joined from two, which differ where each signature is another", async () => {
    await app.close();
    await start({ SIGNATURE_ALGORITHM: "SM2-SM3" });
    await enrol(VILLAGE, state);
    const first = await ask(VILLAGE);
    const begun = Buffer.from(await first.arrayBuffer());
    const etag = first.headers.get("etag") ?? "";
    const rest = await ask(VILLAGE, "", { range: "bytes=512-", "if-range": etag });
    expect(rest.status).toBe(200);
    const whole = Buffer.from(await rest.arrayBuffer());
    expect(whole).toHaveLength(begun.length);
    expect(whole.equals(begun)).toBe(false);
  });

  test("refuses a village without a device, and a region that does not exist", async () => {
    const empty = await ask(FAR_VILLAGE);
    expect(empty.status).toBe(409);
    expect(await empty.json()).toMatchObject({
      hint: expect.stringContaining("enrols over the network") as string,
    });
    expect((await ask("370783999999")).status).toBe(404);
    await enrol(VILLAGE, state);
    expect((await ask(VILLAGE, "?kind=terminal")).status).toBe(409);
    expect((await ask(VILLAGE, "?kind=radio")).status).toBe(422);
  });
});
