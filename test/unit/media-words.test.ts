import { describe, expect, test } from "vitest";
import { AppError } from "../../src/errors.ts";
import { FfmpegError } from "../../src/media/ffmpeg.ts";
import { fileNameOf } from "../../src/media/file-name.ts";
import { describeFailure, isPassing } from "../../src/media/transcode-failure.ts";

describe("the name of an upload", () => {
  test.each([
    ["党建之声第41期.wav", "党建之声第41期.wav"],
    ["C:\\fakepath\\lecture.mp4", "lecture.mp4"],
    ["../../etc/passwd", "passwd"],
    ["", "recording"],
    ["///", "recording"],
  ])("%j becomes %j", (given, kept) => {
    expect(fileNameOf(given, "name")).toBe(kept);
  });

  test.each(["a\u0000b.wav", "two\nlines.wav", "lecture\u202Evaw.exe", "党\u2066建.wav", "a\u0085b.wav"])(
    "%j is refused, saying where and what to do",
    (given) => {
      const refusal = {
        code: "invalid",
        details: [expect.objectContaining({ at: "name" })],
        hint: expect.stringMatching(/^Rename/),
      };
      expect(() => fileNameOf(given, "name")).toThrow(expect.objectContaining(refusal));
    },
  );

  test("is cut without leaving half a character", () => {
    const name = fileNameOf(`${"a".repeat(199)}😀`, "name");
    expect(name.isWellFormed()).toBe(true);
    expect(name.length).toBe(200);
  });
});

test("a database without room or memory is a passing reason, a broken statement is none", () => {
  const failure = (code: string) => Object.assign(new Error("database or disk is full"), { code });
  expect(isPassing(failure("SQLITE_FULL"))).toBe(true);
  expect(isPassing(failure("SQLITE_IOERR_WRITE"))).toBe(true);
  expect(isPassing(failure("SQLITE_CONSTRAINT_CHECK"))).toBe(false);
  expect(describeFailure(failure("SQLITE_FULL"))).toMatch(/free some space, then retry/);
});

describe("what an editor reads on a failed rendition", () => {
  test("ffmpeg's last words and advice that fits them", () => {
    const lines = ["[mp3 @ 0x1] nothing of note", "av_interleaved_write_frame(): No space left on device"];
    const text = describeFailure(new FfmpegError("ffmpeg exited with code 1", lines));
    expect(text).toMatch(/^ffmpeg exited with code 1 .*free some space/);
    expect(text).toMatch(/No space left on device$/);
  });

  test("the message and hint of an error that is already meant for people", () => {
    expect(describeFailure(new AppError("invalid", "It is silent.", { hint: "Listen to it." }))).toBe(
      "It is silent. Listen to it.",
    );
  });

  test("never more than fits", () => {
    const lines = Array.from({ length: 50 }, () => "x".repeat(1_000));
    expect(describeFailure(new FfmpegError("failed", lines)).length).toBeLessThanOrEqual(2_000);
  });
});

test("what the file itself brings about is not tried again; what the machine does is", () => {
  const passing = (message: string) => isPassing(new FfmpegError(message, []));
  expect(passing("ffmpeg was killed with signal SIGSEGV")).toBe(false);
  expect(passing("ffmpeg took more than 122 s of computing time.")).toBe(false);
  expect(passing("ffmpeg did not finish within 1220 s.")).toBe(true);
  expect(passing("ffmpeg was killed with signal SIGKILL")).toBe(true);
  expect(describeFailure(new FfmpegError("ffmpeg took more than 122 s of computing time.", []))).toMatch(
    /far longer than it lasts: export/,
  );
});
