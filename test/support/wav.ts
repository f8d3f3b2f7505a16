import { createHash, randomBytes } from "node:crypto";
import { wavHeader } from "../../src/media/wav-header.ts";

const SECOND = { rate: 16_000, channels: 1, bits: 16 };

/** A second of noise that no other recording has, in a file of so many bytes: little to transcode, much to send. */
export function noise(fileBytes: number): { bytes: Buffer; sha256: string } {
  const sound = randomBytes(SECOND.rate * (SECOND.bits / 8));
  const filler = Buffer.alloc(8);
  filler.write("JUNK");
  filler.writeUInt32LE(fileBytes - 44 - sound.length - filler.length, 4);
  const header = wavHeader(44 + sound.length, SECOND);
  header.writeUInt32LE(fileBytes - 8, 4);
  const rest = fileBytes - header.length - sound.length - filler.length;
  const bytes = Buffer.concat([header, sound, filler, randomBytes(rest)]);
  return { bytes, sha256: createHash("sha256").update(bytes).digest("hex") };
}
