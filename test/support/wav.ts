import { createHash, randomBytes } from "node:crypto";

const UNKNOWN_BYTES = 0xffff_ffff;

const SECOND = { rate: 16_000, channels: 1, bits: 16 };

interface WavFormat {
  rate: number;
  channels: number;
  bits: number;
}

/** The first 44 bytes of a WAV file of so many bytes in all; beyond 4 GB its sizes are left open, as recorders do. */
export function wavHeader(fileBytes: number, { rate, channels, bits }: WavFormat): Buffer {
  const frameBytes = (channels * bits) / 8;
  const sizeOf = (bytes: number) => (fileBytes > UNKNOWN_BYTES ? UNKNOWN_BYTES : bytes);
  const header = Buffer.alloc(44);
  header.write("RIFF", 0);
  header.writeUInt32LE(sizeOf(fileBytes - 8), 4);
  header.write("WAVEfmt ", 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate * frameBytes, 28);
  header.writeUInt16LE(frameBytes, 32);
  header.writeUInt16LE(bits, 34);
  header.write("data", 36);
  header.writeUInt32LE(sizeOf(fileBytes - 44), 40);
  return header;
}

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
