import { execFileSync, spawn } from "node:child_process";
import { ProblemError } from "../../scripts/operator-client.ts";
import type { RunningApp } from "./app.ts";

export interface LiveAnnouncement {
  id: string;
  assetSha256: string | null;
  live: {
    longestMinutes: number;
    beganAt: string | null;
    endedAt: string | null;
    endedBy: string | null;
    delayMs: number | null;
  };
  broadcast: { id: string; state: string; startAt: string; endsAt: string | null; reason: string | null };
}

type Reached = Pick<RunningApp, "url" | "operator">;

/** Sends one chunk as it is. @throws {ProblemError} */
export async function sendChunk(
  { url, operator }: Reached,
  id: string,
  n: number,
  bytes: Uint8Array,
): Promise<{ next: number; announcement: LiveAnnouncement }> {
  const answer = await fetch(`${url}/api/v1/live/${id}/chunks/${n}`, {
    method: "PUT",
    headers: { ...operator.credentials, "content-type": "audio/webm;codecs=opus" },
    body: Uint8Array.from(bytes),
  });
  const body: unknown = await answer.json();
  if (!answer.ok) throw new ProblemError(answer.status, body as ProblemError["problem"]);
  return body as { next: number; announcement: LiveAnnouncement };
}

/** What a browser's microphone hears of a file, at the pace at which it is spoken: WebM with Opus in chunks of half a second. */
export async function* openMicrophone(file: string): AsyncGenerator<Buffer> {
  const hear = ["-v", "error", "-re", "-i", file, "-c:a", "libopus", "-b:a", "48k", "-ac", "1"];
  const send = ["-f", "webm", "-live", "1", "-cluster_time_limit", "500", "-flush_packets", "1", "pipe:1"];
  const recorder = spawn("ffmpeg", [...hear, ...send], { stdio: ["ignore", "pipe", "ignore"] });
  try {
    for await (const chunk of recorder.stdout) yield chunk as Buffer;
  } finally {
    recorder.kill("SIGKILL");
  }
}

/** Speaks a file to its end, chunk by chunk. @param onSent called after each */
export async function speak(
  app: Reached,
  id: string,
  file: string,
  onSent: (chunk: Buffer) => void | Promise<void> = () => {},
): Promise<void> {
  let n = 0;
  for await (const chunk of openMicrophone(file)) {
    await sendChunk(app, id, n, chunk);
    n += 1;
    await onSent(chunk);
  }
}

/** A sound file as a browser's microphone would send it, in one piece. */
export const spokenChunk = (file: string): Buffer =>
  execFileSync(
    "ffmpeg",
    ["-v", "error", "-i", file, "-c:a", "libopus", "-ac", "1", "-f", "webm", "-live", "1", "-"],
    { stdio: ["ignore", "pipe", "ignore"] },
  );
