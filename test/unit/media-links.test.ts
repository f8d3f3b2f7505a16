import { describe, expect, test } from "vitest";
import { createMediaLinks } from "../../src/delivery/media-links.ts";
import { signMediaQuery, verifyMediaSignature } from "../../src/media/signed-url.ts";
import {
  namedIn,
  signPlaylist,
  stretchesOf,
  unsignedPlaylist,
  withDigests,
} from "../../src/protocol/stream-playlist.ts";

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

test("a playlist tells the digest of each of its byte ranges, signed or not", async () => {
  const playlist = [
    "#EXTM3U",
    `#EXT-X-MAP:URI="${SHA}.mp4",BYTERANGE="1373@0"`,
    "#EXTINF:6.0,",
    "#EXT-X-BYTERANGE:900@1373",
    `${SHA}.mp4`,
    "#EXTINF:2.0,",
    "#EXT-X-BYTERANGE:300@2273",
    `${SHA}.mp4`,
    "#EXT-X-ENDLIST",
    "",
  ].join("\n");
  const digestOf = (offset: number) => offset.toString(16).padStart(64, "0");
  const told = await withDigests(playlist, async ({ offset }) => digestOf(offset));
  const stretches = [
    { offset: 0, bytes: 1373, sha256: digestOf(0) },
    { offset: 1373, bytes: 900, sha256: digestOf(1373) },
    { offset: 2273, bytes: 300, sha256: digestOf(2273) },
  ];
  expect(stretchesOf(told)).toEqual(stretches);
  expect(namedIn(told, "mp4")).toEqual([SHA]);
  expect(namedIn(`${OTHER}.m3u8\n${OTHER}.m3u8\n${SHA}.mp4`, "m3u8")).toEqual([OTHER]);

  const signed = signPlaylist(told, (sha256) => signMediaQuery("s", sha256, 100));
  expect(signed).not.toBe(told);
  expect(stretchesOf(signed)).toEqual(stretches);
  expect(unsignedPlaylist(signed)).toBe(told);
});
