export const WAV_HEADER_BYTES = 44;
const UNKNOWN_BYTES = 0xffff_ffff;

interface WavFormat {
  rate: number;
  channels: number;
  bits: number;
}

/** The first 44 bytes of a WAV file of so many bytes in all; beyond 4 GB its sizes are left open, as recorders do. */
export function wavHeader(fileBytes: number, { rate, channels, bits }: WavFormat): Buffer {
  const frameBytes = (channels * bits) / 8;
  const sizeOf = (bytes: number) => (fileBytes > UNKNOWN_BYTES ? UNKNOWN_BYTES : bytes);
  const header = Buffer.alloc(WAV_HEADER_BYTES);
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
  header.writeUInt32LE(sizeOf(fileBytes - WAV_HEADER_BYTES), 40);
  return header;
}
