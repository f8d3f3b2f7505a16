import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { createCheck } from "../../devices/terminal/stream.ts";
import { playlistReference, signPlaylist, withDigests } from "../../src/protocol/stream-playlist.ts";

const digestOf = (content: string | Uint8Array) => createHash("sha256").update(content).digest("hex");
const sign = () => "expires=1&signature=abc";
const film = Uint8Array.from({ length: 3_000 }, (_, index) => index % 251);
const file = digestOf(film);
const bytesOf = (from: number, to: number) => film.buffer.slice(from, to);

const media = await withDigests(
  [
    "#EXTM3U",
    `#EXT-X-MAP:URI="${playlistReference(file, "mp4")}",BYTERANGE="1000@0"`,
    "#EXT-X-BYTERANGE:2000@1000",
    playlistReference(file, "mp4"),
    "",
  ].join("\n"),
  async ({ offset, bytes }) => digestOf(film.subarray(offset, offset + bytes)),
);
const multivariant = `#EXTM3U\n${playlistReference(digestOf(media), "m3u8")}\n`;
const addressOf = (name: string) => `https://media.example/media/${name}?expires=1&signature=abc`;
const MULTIVARIANT = { url: addressOf(digestOf(multivariant)) };
const MEDIA = { url: addressOf(`${digestOf(media)}.m3u8`) };
const FILM = addressOf(`${file}.mp4`);

test("what follows from the signed digest is right, signed addresses or not", () => {
  for (const served of [(text: string) => text, (text: string) => signPlaylist(text, sign)]) {
    const isRight = createCheck(digestOf(multivariant));
    expect(isRight(MULTIVARIANT, served(multivariant))).toBe(true);
    expect(isRight(MEDIA, served(media))).toBe(true);
    expect(isRight({ url: FILM, rangeStart: 0, rangeEnd: 1000 }, bytesOf(0, 1000))).toBe(true);
    expect(isRight({ url: FILM, rangeStart: 1000, rangeEnd: 3000 }, bytesOf(1000, 3000))).toBe(true);
  }
});

test("nothing is right that was changed, or that no playlist told of", () => {
  const isRight = createCheck(digestOf(multivariant));
  const whole = { url: FILM, rangeStart: 1000, rangeEnd: 3000 };
  expect(isRight(MEDIA, media)).toBe(false);
  expect(isRight(whole, bytesOf(1000, 3000))).toBe(false);
  expect(isRight(MULTIVARIANT, `${multivariant}#`)).toBe(false);
  expect(isRight(MULTIVARIANT, multivariant)).toBe(true);
  expect(isRight(MEDIA, media.replace("2000@1000", "1999@1001"))).toBe(false);
  expect(isRight(MEDIA, media)).toBe(true);

  const forged = bytesOf(1000, 3000);
  new Uint8Array(forged)[1999] = 0;
  expect(isRight(whole, forged)).toBe(false);
  expect(isRight({ ...whole, rangeEnd: 2999 }, bytesOf(1000, 2999))).toBe(false);
  expect(isRight({ ...whole, url: addressOf("f".repeat(64)) }, bytesOf(1000, 3000))).toBe(false);
  expect(isRight(whole, undefined)).toBe(false);
  expect(isRight(whole, bytesOf(1000, 3000))).toBe(true);
});
