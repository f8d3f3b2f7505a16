import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { signIn } from "../../scripts/operator-client.ts";
import { approve } from "../../scripts/reviewers.ts";
import { speak as speakMandarin } from "../../scripts/speech.ts";
import { until } from "../../scripts/until.ts";
import { HOUR_MS } from "../../src/clock.ts";
import { createHttpEngine } from "../../src/speech/http-engine.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { type EpisodeView, programmeId, settled } from "../support/county.ts";
import { createTestClock } from "../support/fleet.ts";
import {
  createMediaLab,
  ffmpeg,
  ffprobe,
  type MediaLab,
  measureLoudness,
  speak,
} from "../support/media-lab.ts";

interface Spoken {
  sha256: string;
  url: string;
  durationMs: number;
  engine: string;
  spokenText: string;
}

const NOTICE = "2026年12月1日07:00，全市1500台喇叭播出党建之声。";

describe("a text", () => {
  let app: RunningApp;
  beforeAll(async () => {
    app = await runApp();
  });
  afterAll(() => app.close());

  test("is spoken, listened to, and used for a segment, where it is marked as synthetic", async () => {
    const { operator } = app;
    const spoken = await operator.post<Spoken>("/speech", { text: NOTICE });
    expect(spoken).toMatchObject({
      engine: "espeak-ng cmn-latn-pinyin",
      spokenText: "二零二六年十二月一日七点，全市一千五百台喇叭播出党建之声。",
    });
    // A news reader's pace: three to six syllables a second.
    const syllables = [...spoken.spokenText.matchAll(/\p{Script=Han}/gu)].length;
    expect((syllables / spoken.durationMs) * 1_000).toBeGreaterThan(2.5);
    expect((syllables / spoken.durationMs) * 1_000).toBeLessThan(6);
    const file = await fetch(app.url + spoken.url, { headers: operator.credentials });
    expect(file.status).toBe(200);
    expect((await operator.post<Spoken>("/speech", { text: NOTICE })).sha256).toBe(spoken.sha256);

    const { id } = await operator.post<EpisodeView>("/episodes", {
      programmeId: await programmeId(operator, "broadcast"),
      number: 1,
      title: "第1期",
      segments: [{ name: "党建聚焦", title: "通知" }],
    });
    await operator.put(`/episodes/${id}/segments/1/asset`, { sha256: spoken.sha256 });
    const episode = await settled(operator, id);
    expect(episode.segments[0]?.recording).toMatchObject({
      synthetic: { engine: "espeak-ng cmn-latn-pinyin", text: NOTICE },
    });
    await approve(operator, `episodes/${id}`);
  });

  test("is heard with a pause where a line or a sentence ends", async () => {
    const lab = await createMediaLab();
    try {
      const file = lab.file("notice.wav");
      await speakMandarin("停水通知\n明天全村停水。请各户注意", file);
      const said = await ffmpeg(
        "-i",
        file,
        "-af",
        "silencedetect=noise=-45dB:duration=0.25",
        "-f",
        "null",
        "-",
      );
      // Behind the heading, behind the sentence, and at the end.
      expect(said.match(/silence_end/g)).toHaveLength(3);
      expect((await measureLoudness(file)).lufs).toBeGreaterThan(-30);
    } finally {
      await lab.close();
    }
  });

  test("spoken again for a preview is there for a day from then on, though it was spoken long ago", async () => {
    const clock = createTestClock();
    const county = await runApp({ clock });
    try {
      // A sign-in does not last that long.
      const operator = () => signIn(county.url, "admin", county.password);
      const speakAndListen = async () => {
        const { credentials, post } = await operator();
        const { url } = await post<Spoken>("/speech", { text: "明天停水。" });
        await post("/media-library/collect");
        return (await fetch(county.url + url, { headers: credentials })).status;
      };
      expect(await speakAndListen()).toBe(200);
      // What works on it would keep it too.
      await until(async () => {
        const { items } = await county.operator.get<{ items: { state: string }[] }>("/jobs");
        return items.length > 0 && items.every(({ state }) => state === "done");
      });
      clock.advance(30 * HOUR_MS);
      expect(await speakAndListen()).toBe(200);
      clock.advance(25 * HOUR_MS);
      expect(await (await operator()).post("/media-library/collect")).toMatchObject({ things: 1 });
    } finally {
      await county.close();
    }
  });

  test("without anything to be said is refused", async () => {
    for (const nothing of ["😀", "，。", "---"]) {
      await expect(app.operator.post("/speech", { text: nothing })).rejects.toThrow(/nothing in the text/);
    }
  });

  test("cannot be spoken without the voice, and the answer says what to install", async () => {
    const mute = await runApp({ env: { ESPEAK_PATH: "/nowhere/espeak-ng" } });
    try {
      await expect(mute.operator.post("/speech", { text: "你好" })).rejects.toThrow(
        /apt-get install -y espeak-ng/,
      );
    } finally {
      await mute.close();
    }
  });
});

describe("an operator's own engine", () => {
  let lab: MediaLab;
  let server: Server | null = null;
  beforeAll(async () => {
    lab = await createMediaLab();
    await speak(lab.file("voice.wav"));
  });
  afterEach(() => {
    server?.close().closeAllConnections();
  });
  afterAll(() => lab.close());

  async function engine(
    answer: (request: IncomingMessage, response: ServerResponse) => unknown,
    timeLimitMs = 5_000,
  ) {
    server = createServer(answer).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    return createHttpEngine({ url: `http://127.0.0.1:${port}/speak`, token: "secret", timeLimitMs });
  }
  const say = async (from: Awaited<ReturnType<typeof engine>>) =>
    from.speak("你好", lab.file("said.wav"), new AbortController().signal);

  test("is sent the text with its token, and its sound is taken", async () => {
    const asked: unknown[] = [];
    const voice = readFileSync(lab.file("voice.wav"));
    const ours = await engine(async (request, response) => {
      asked.push(request.method, request.url, request.headers.authorization, JSON.parse(await text(request)));
      response.writeHead(200, { "content-type": "audio/wav" }).end(voice);
    });
    await say(ours);
    expect(asked).toEqual(["POST", "/speak", "Bearer secret", { text: "你好" }]);
    expect(Number((await ffprobe(lab.file("said.wav"))).format["duration"])).toBeGreaterThan(5);
    expect((await measureLoudness(lab.file("said.wav"))).lufs).toBeGreaterThan(-30);
  });

  test.each([
    ["an error", (_: IncomingMessage, answer: ServerResponse) => answer.writeHead(500).end(), /status 500/],
    [
      "a page instead of sound",
      (_: IncomingMessage, answer: ServerResponse) =>
        answer.writeHead(200, { "content-type": "text/html" }).end("no"),
      /answered with text\/html/,
    ],
    [
      "the way to another address",
      (_: IncomingMessage, answer: ServerResponse) =>
        answer.writeHead(302, { location: "http://127.0.0.1:1/" }).end(),
      /cannot be reached/,
    ],
    ["nothing in time", () => undefined, /did not answer within/],
  ])("that answers with %s is told apart", async (_name, answer, message) => {
    await expect(say(await engine(answer, 300))).rejects.toThrow(message);
  });
});
