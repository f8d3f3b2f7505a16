import { describe, expect, test } from "vitest";
import { createMediaLinks } from "../../src/delivery/media-links.ts";
import { signMediaQuery, verifyMediaSignature } from "../../src/media/signed-url.ts";
import { signPlaylist } from "../../src/media/stream-playlist.ts";

const SHA = "ab".repeat(32);
const OTHER = "cd".repeat(32);
const HOUR_MS = 3_600_000;

describe("links to media", () => {
  const link = (base: { url: string; layout: "origin" | "bucket" } | null, publicUrl: string | null = null) =>
    createMediaLinks({ secret: "s", publicUrl, base })(SHA, 10 * HOUR_MS);

  test("are signed and relative, or below the server's or the CDN's address", () => {
    expect(link(null)).toMatch(new RegExp(`^/media/${SHA}\\?expires=39600&signature=`));
    expect(link(null, "https://a.example")).toBe(`https://a.example${link(null)}`);
    expect(link({ url: "https://cdn.example/x", layout: "origin" }, "https://a.example")).toBe(
      `https://cdn.example/x${link(null)}`,
    );
  });

  test("into a bucket have its layout and no signature of ours", () => {
    expect(link({ url: "https://bucket.example", layout: "bucket" })).toBe(
      `https://bucket.example/ab/ab/${SHA}`,
    );
  });
});

test("a signed playlist passes its permission on to what it points at, and to nothing else", () => {
  const playlist = [
    "#EXTM3U",
    `#EXT-X-MAP:URI="${SHA}.mp4",BYTERANGE="1373@0"`,
    "#EXTINF:6.0,",
    `${SHA}.mp4`,
    `${OTHER}.m3u8`,
    OTHER,
  ].join("\n");
  const signed = signPlaylist(playlist, (sha256) => signMediaQuery("s", sha256, 100));
  const lines = signed.split("\n");
  expect(lines[1]).toMatch(new RegExp(`URI="${SHA}\\.mp4\\?expires=100&signature=[\\w-]+",BYTERANGE`));
  const query = new URLSearchParams(lines[4]?.split("?")[1]);
  const given = {
    sha256: OTHER,
    expires: query.get("expires") ?? "",
    signature: query.get("signature") ?? "",
  };
  expect(verifyMediaSignature("s", given, 99_000)).toBe(true);
  expect(verifyMediaSignature("s", { ...given, sha256: SHA }, 99_000)).toBe(false);
  expect(lines[5]).toBe(OTHER);
});
