import { type ChildProcess, spawn } from "node:child_process";
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
export function openMicrophone(file: string): AsyncIterable<Buffer> & { end(): void } {
  const recorder: ChildProcess & { stdout: NodeJS.ReadableStream } = spawn(
    "ffmpeg",
    ["-v", "error", "-re", "-i", file, "-c:a", "libopus", "-b:a", "48k", "-ac", "1"].concat(
      ["-f", "webm", "-live", "1", "-cluster_time_limit", "500", "-flush_packets", "1", "pipe:1"],
    ),
    { stdio: ["ignore", "pipe", "ignore"] },
  ) as ChildProcess & { stdout: NodeJS.ReadableStream };
  return {
    [Symbol.asyncIterator]: () => recorder.stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>,
    end: () => void recorder.kill("SIGKILL"),
  };
}

/** Speaks a file to its end, chunk by chunk; resolves with the number of chunks once all were taken. */
export async function speak(app: Reached, id: string, file: string): Promise<number> {
  let n = 0;
  for await (const chunk of openMicrophone(file)) {
    await sendChunk(app, id, n, chunk);
    n += 1;
  }
  return n;
}

