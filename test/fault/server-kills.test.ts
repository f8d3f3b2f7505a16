import { createReadStream, readdirSync, readFileSync, statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { request } from "node:http";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Aedes } from "aedes";
import mqtt from "mqtt";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Operator, signIn } from "../../scripts/operator-client.ts";
import { type StartedServer, startServer } from "../../scripts/processes.ts";
import { approve } from "../../scripts/reviewers.ts";
import { until } from "../../scripts/until.ts";
import { type BroadcastView, type EpisodeView, makeTone, programmeId, settled } from "../support/county.ts";
import { COUNTY } from "../support/fleet.ts";
import { freePort } from "../support/free-port.ts";

let fixtures: string;
let longTone: string;
beforeAll(async () => {
  fixtures = await mkdtemp(join(tmpdir(), "ccx-fault-"));
  longTone = makeTone(join(fixtures, "long.wav"), 300);
});
afterAll(() => rm(fixtures, { recursive: true }));

let folder: string;
let server: StartedServer;
let password: string;
let operator: Operator;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-kill-"));
});
afterEach(async () => {
  await server.end();
  await rm(folder, { recursive: true });
});

/** Waiting for a transcode asks often; on a busy machine what is polite waits for minutes. */
const UNLIMITED = { RATE_LIMIT_PER_MINUTE: "100000", TRANSCODE_NICENESS: "0" };

async function firstStart(env: NodeJS.ProcessEnv = {}): Promise<void> {
  server = await startServer(folder, { ...UNLIMITED, ...env });
  password = await server.password;
  operator = await signIn(server.url, "admin", password);
}

/** `kill -9`, then a start on the same folders. */
async function killAndRestart(env: NodeJS.ProcessEnv = {}): Promise<void> {
  await server.end("SIGKILL");
  server = await startServer(folder, { ...UNLIMITED, ...env });
  operator = await signIn(server.url, "admin", password);
}

/** Every file of the media folder outside `tmp`, and what is inside it; apart from the lock and the store's mark. */
function mediaFiles(): { stored: string[]; temporary: string[] } {
  const media = join(folder, "media");
  const files = readdirSync(media, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/^(lock\.db.*|\.library)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
  const isTemporary = (file: string) => file.startsWith(join(media, "tmp"));
  return { stored: files.filter((file) => !isTemporary(file)), temporary: files.filter(isTemporary) };
}

async function newEpisode(number: number): Promise<EpisodeView> {
  return operator.post<EpisodeView>("/episodes", {
    programmeId: await programmeId(operator, "broadcast"),
    number,
    title: "断电",
    segments: [{ name: "党建聚焦", title: "断电" }],
  });
}

describe("kill -9 of the server", () => {
  test("in the middle of an upload: nothing is half-stored, and the upload can be sent again", async () => {
    await firstStart();
    const { id } = await newEpisode(1);
    await halfUpload(`${server.url}/api/v1/episodes/${id}/segments/1/recording`, longTone);
    await until(() => mediaFiles().temporary.some((file) => statSync(file).size > 0), {
      what: "the upload to arrive",
    });

    await killAndRestart();
    expect(mediaFiles()).toEqual({ stored: [], temporary: [] });
    expect((await operator.get<EpisodeView>(`/episodes/${id}`)).segments[0]?.recording).toBeNull();

    const again = await operator.upload<EpisodeView>(`/episodes/${id}/segments/1/recording`, longTone);
    expect(again.segments[0]?.recording?.renditions).not.toHaveLength(0);
  });

  test("in the middle of a transcode: the upload stays, the work begins again and ends, and no temporary file is left", async () => {
    await firstStart();
    const { id } = await newEpisode(2);
    await operator.upload(`/episodes/${id}/segments/1/recording`, longTone);
    await until(
      async () => {
        const [rendition] =
          (await operator.get<EpisodeView>(`/episodes/${id}`)).segments[0]?.recording?.renditions ?? [];
        return rendition?.state === "running" && mediaFiles().temporary.length > 0;
      },
      { what: "the transcode to run" },
    );

    await killAndRestart();
    const episode = await settled(operator, id);
    expect(episode.segments[0]?.recording?.renditions).not.toContainEqual(
      expect.objectContaining({ state: "failed" }),
    );
    const names = mediaFiles().stored.map((file) => file.slice(-64));
    const { sha256 = "", renditions = [] } = episode.segments[0]?.recording ?? {};
    expect(names.toSorted()).toEqual([sha256, ...renditions.map((rendition) => rendition.sha256)].toSorted());
    await until(() => mediaFiles().temporary.length === 0, { what: "the temporary files to go" });
  });

  test("between plan and publish: what was planned is published after the restart", async () => {
    const port = await freePort();
    const env = { MQTT_URL: `mqtt://ccx-server:secret@127.0.0.1:${port}` };
    await firstStart(env);
    const { id } = await newEpisode(3);
    await operator.upload(`/episodes/${id}/segments/1/recording`, makeTone(join(fixtures, "short.wav"), 2));
    await settled(operator, id);
    await approve(operator, `episodes/${id}`);
    const { items } = await operator.get<{ items: BroadcastView[] }>("/broadcasts?state=ready");
    const planned = items.map((broadcast) => broadcast.id);
    expect(planned.length).toBeGreaterThan(0);

    await server.end("SIGKILL");
    const broker = await openBroker(port);
    const listener = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`);
    try {
      const pointers: { revision: number }[] = [];
      listener.on("message", (_topic, payload) => void pointers.push(JSON.parse(payload.toString())));
      await listener.subscribeAsync(`ccx/v1/area/${COUNTY}/playlist`);
      server = await startServer(folder, env);
      await until(() => pointers.length > 0, { what: "the pointer", timeoutMs: 15_000 });
      operator = await signIn(server.url, "admin", password);
      const after = await operator.get<{ items: BroadcastView[] }>("/broadcasts?state=ready");
      expect(after.items.map((broadcast) => broadcast.id)).toEqual(planned);
    } finally {
      await listener.endAsync();
      await broker.close();
    }
  });

  test("a second server on the same data folder is refused, with the reason", async () => {
    await firstStart();
    await expect(startServer(folder)).rejects.toThrow(/ended with 1/);
    expect(readFileSync(join(folder, "server.log"), "utf8")).toContain(
      "Another server is running on the folder",
    );
  });
});

/** Sends half of a file's bytes under the length of the whole, and leaves the connection open. */
async function halfUpload(url: string, file: string): Promise<void> {
  const answer = await fetch(`${new URL(url).origin}/api/v1/sign-in`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "admin", password }),
  });
  const { csrfToken } = (await answer.json()) as { csrfToken: string };
  const bytes = statSync(file).size;
  const upload = request(url, {
    method: "PUT",
    headers: {
      cookie: answer.headers
        .getSetCookie()
        .map((line) => line.split(";")[0])
        .join("; "),
      "x-csrf-token": csrfToken,
      "content-type": "application/octet-stream",
      "content-length": bytes,
    },
  });
  upload.on("error", () => {}); // the server is about to be killed
  createReadStream(file, { end: Math.floor(bytes / 2) }).pipe(upload, { end: false });
}

/** A bare broker that lets everybody in. */
async function openBroker(port: number): Promise<{ close(): Promise<void> }> {
  const aedes = await Aedes.createBroker();
  const tcp: Server = createServer(aedes.handle);
  await new Promise<void>((resolve) => tcp.listen(port, "127.0.0.1", resolve));
  return {
    close: async () => {
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
      await new Promise<void>((resolve) => void tcp.close(() => resolve()));
    },
  };
}
