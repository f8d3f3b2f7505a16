import { createWriteStream } from "node:fs";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { AppError } from "../errors.ts";
import type { SpeechEngine } from "./speech-engine.ts";

const MAX_BYTES = 200 * 1024 * 1024;

interface Options {
  url: string;
  /** Sent as a bearer token. */
  token: string | null;
  timeLimitMs: number;
}

/**
 * An operator's own engine behind HTTP: `POST <url>` with `{"text": "…"}`, answered with a recording
 * (`audio/…`). docs/speech.md has the contract.
 */
export function createHttpEngine({ url, token, timeLimitMs }: Options): SpeechEngine {
  return {
    name: new URL(url).host,
    async speak(text, file, signal) {
      const limit = AbortSignal.timeout(timeLimitMs);
      try {
        const answer = await fetch(url, {
          method: "POST",
          headers: {
            "content-type": "application/json",
            accept: "audio/*",
            ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          },
          body: JSON.stringify({ text }),
          // The token and the text are for this address alone.
          redirect: "error",
          signal: AbortSignal.any([signal, limit]),
        });
        const type = answer.headers.get("content-type") ?? "nothing";
        if (!answer.ok) throw failed(`It answered with status ${answer.status}.`);
        if (!type.startsWith("audio/") || !answer.body)
          throw failed(`It answered with ${type}, not with sound.`);
        await pipeline(Readable.fromWeb(answer.body as never), atMost(MAX_BYTES), createWriteStream(file));
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof AppError) throw error;
        if (limit.aborted) {
          throw new AppError("timeout", `The speech engine did not answer within ${timeLimitMs / 1_000} s.`);
        }
        throw failed("It cannot be reached.", error);
      }
    },
  };

  function failed(message: string, cause?: unknown): AppError {
    return new AppError(
      "unavailable",
      `The speech engine at ${new URL(url).host} did not speak. ${message}`,
      {
        ...(cause === undefined ? {} : { cause }),
        hint: "Try again; if it happens again, tell the administrator to look at TTS_URL and TTS_TOKEN.",
      },
    );
  }

  function atMost(maxBytes: number): Transform {
    let bytes = 0;
    return new Transform({
      transform(chunk: Buffer, _encoding, done) {
        bytes += chunk.length;
        if (bytes > maxBytes) done(failed(`It sent more than ${maxBytes} bytes.`));
        else done(null, chunk);
      },
    });
  }
}
