import { createHash } from "node:crypto";

export interface Sound {
  bytes: Buffer;
  sha256: string;
  durationMs: number;
}

/** MPEG-1 layer III, 64 kbit/s, 44.1 kHz, mono: header, and side information of zeros, which decodes to silence. */
const FRAME = Buffer.concat([Buffer.from([0xff, 0xfb, 0x50, 0xc0]), Buffer.alloc(204)]);
const FRAMES_A_PART = 49;
const NAME_BYTES = 36;
const FRAME_MS = (1_152 / 44_100) * 1_000;

/** Silence as an MP3 that no other call makes the same, since media go by their digest. */
export function silence(aboutMs: number, name: string): Sound {
  const frames = Math.ceil(aboutMs / FRAME_MS);
  const bytes = Buffer.concat([title(name), ...Array.from({ length: frames }, () => FRAME)]);
  return {
    bytes,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    durationMs: Math.round(frames * FRAME_MS),
  };
}

/** A part of a live voice, 1.28 s of silence; what no decoder looks at makes each another one. */
export function silentPart(name: string): Sound {
  const frames = Array.from({ length: FRAMES_A_PART }, () => {
    const frame = Buffer.from(FRAME);
    frame.write(name.slice(0, NAME_BYTES), frame.length - NAME_BYTES, "latin1");
    return frame;
  });
  const bytes = Buffer.concat(frames);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { bytes, sha256, durationMs: Math.round(FRAMES_A_PART * FRAME_MS) };
}

/** An ID3v2.3 tag with nothing but a title. */
function title(name: string): Buffer {
  const text = Buffer.concat([Buffer.from([0]), Buffer.from(name, "latin1")]);
  const frame = Buffer.alloc(10);
  frame.write("TIT2");
  frame.writeUInt32BE(text.length, 4);
  const tag = Buffer.alloc(10);
  tag.write("ID3");
  tag[3] = 3;
  const size = frame.length + text.length;
  tag[8] = size >> 7;
  tag[9] = size & 0x7f;
  return Buffer.concat([tag, frame, text]);
}
