import { statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "../../scripts/until.ts";
import { type RunningApp, runApp, uploadsLookedThrough } from "./app.ts";
import { type EpisodeView, programmeId } from "./county.ts";
import { createTestClock } from "./fleet.ts";
import { TUS, type TusClient, tusClient } from "./tus.ts";

export type UploadHouse = Awaited<ReturnType<typeof openUploadHouse>>;

export const SEGMENTS = [
  { name: "党建聚焦", title: "要闻" },
  { name: "身边榜样", title: "榜样" },
];

/** A server with an episode of two segments to upload to, on folders that outlive it. Files' times are the machine's. */
export async function openUploadHouse() {
  const home = await mkdtemp(join(tmpdir(), "ccx-uploads-"));
  const clock = createTestClock(Date.now());
  const folders = { DATA_DIR: join(home, "data"), MEDIA_DIR: join(home, "media") };
  const run = (env: Record<string, string>, password = ""): Promise<RunningApp> =>
    runApp({ clock, env: { ...folders, ...env }, ...(password ? { password } : {}) });
  let app = await run({});
  await uploadsLookedThrough(app);
  const { id: episode } = await app.operator.post<EpisodeView>("/episodes", {
    programmeId: await programmeId(app.operator, "broadcast"),
    number: 1,
    title: "第1期",
    segments: SEGMENTS,
  });

  const file = (...names: string[]) => join(home, "media", ...names);
  const partOf = (location: string) => file("uploads", location.slice(-36));
  const tus = (): TusClient => tusClient(app.url, app.operator.credentials);
  const episodeNow = () => app.operator.get<EpisodeView>(`/episodes/${episode}`);

  return {
    home,
    clock,
    episode,
    file,
    partOf,
    recordOf: (location: string) => `${partOf(location)}.json`,
    tus,
    episodeNow,
    get app() {
      return app;
    },
    targetOf: (position: number) => `episodes/${episode}/segments/${position}`,
    recordings: async () => (await episodeNow()).segments.map(({ recording }) => recording?.sha256 ?? null),

    /**
     * Stops the server, does what a kill or an operator may have done meanwhile, and starts it again; without waiting
     * for its look through the uploads when `patience` is none.
     */
    async restart(
      meanwhile: () => void = () => {},
      env: Record<string, string> = {},
      patience: "some" | "none" = "some",
    ): Promise<void> {
      const { password } = app;
      await app.close();
      meanwhile();
      app = await run(env, password);
      if (patience === "some") await uploadsLookedThrough(app);
    },

    /** A PATCH whose sender goes silent after these bytes, with its connection open, once they are in the part. */
    async goSilent(location: string, beginning: Buffer, wholeBytes: number): Promise<Socket> {
      const { hostname, port } = new URL(app.url);
      const socket = connect(Number(port), hostname);
      // The server may hang up.
      socket.on("error", () => {});
      const headers = {
        ...TUS,
        ...app.operator.credentials,
        host: "localhost",
        "upload-offset": "0",
        "content-type": "application/offset+octet-stream",
        "content-length": String(wholeBytes),
      };
      const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.write(`PATCH ${location} HTTP/1.1\r\n${head.join("")}\r\n`);
      socket.write(beginning);
      await until(() => statSync(partOf(location)).size === beginning.length, { what: "the first bytes" });
      return socket;
    },

    async close(): Promise<void> {
      await app.close();
      await rm(home, { recursive: true });
    },
  };
}
