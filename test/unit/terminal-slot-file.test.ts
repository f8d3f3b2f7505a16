import fc from "fast-check";
import { expect, test } from "vitest";
import { createSlotFile, type SyncFile } from "../../devices/terminal/slot-file.ts";

/** A file whose writes reach the disk with the next flush, and may reach it in part when the power goes before. */
function createDiskFile(spend: () => void) {
  let onDisk = new Uint8Array();
  let seen = new Uint8Array();
  let waiting: ((bytes: Uint8Array<ArrayBuffer>, share: number) => Uint8Array<ArrayBuffer>)[] = [];

  function change(how: (typeof waiting)[number]): void {
    spend();
    seen = how(seen, 1);
    waiting.push(how);
  }
  const file: SyncFile = {
    read(into, { at }) {
      const part = seen.subarray(at, at + into.length);
      into.set(part);
      return part.length;
    },
    write(bytes, { at }) {
      change((before, share) => {
        const written = bytes.subarray(0, Math.ceil(bytes.length * share));
        const after = new Uint8Array(Math.max(before.length, at + written.length));
        after.set(before);
        after.set(written, at);
        return after;
      });
      return bytes.length;
    },
    truncate(size) {
      change((before) => {
        const after = new Uint8Array(size);
        after.set(before.subarray(0, size));
        return after;
      });
    },
    getSize: () => seen.length,
    flush() {
      spend();
      onDisk = seen;
      waiting = [];
    },
    close() {},
  };
  /** @param reached how many of the waiting writes reached the disk, and how much of the last one */
  function losePower(reached: number, share: number): void {
    const whole = waiting.slice(0, reached);
    for (const [index, how] of whole.entries()) onDisk = how(onDisk, index === whole.length - 1 ? share : 1);
    seen = onDisk;
    waiting = [];
  }
  return { file, losePower };
}

class PowerCut extends Error {}
const step = fc.record({ isAppend: fc.boolean(), text: fc.string({ unit: "grapheme", maxLength: 40 }) });

test("holds the old or the new text, and every line that was added, wherever the power goes", () => {
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 1, maxLength: 8 }),
      fc.nat(60),
      fc.array(fc.tuple(fc.nat(5), fc.double({ min: 0, max: 1, noNaN: true })), {
        minLength: 2,
        maxLength: 2,
      }),
      (steps, power, losses) => {
        let left = power;
        const spend = () => {
          if (left === 0) throw new PowerCut();
          left -= 1;
        };
        const disks = [createDiskFile(spend), createDiskFile(spend)] as const;
        const file = createSlotFile(disks[0].file, disks[1].file);
        let kept: string | null = null;
        let underWay: string | null = null;
        try {
          for (const { isAppend, text } of steps) {
            const adds: boolean = isAppend && kept !== null;
            underWay = adds ? (kept ?? "") + text : text;
            if (adds) file.append(text);
            else file.write(text);
            kept = underWay;
          }
        } catch (error) {
          if (!(error instanceof PowerCut)) throw error;
        }
        left = Number.POSITIVE_INFINITY;
        for (const [index, { losePower }] of disks.entries()) losePower(...(losses[index] ?? [0, 0]));

        const found = createSlotFile(disks[0].file, disks[1].file).read();
        if (found === kept || found === underWay) return;
        // A line that was being added is there in part.
        expect(kept).not.toBeNull();
        expect(found?.startsWith(kept ?? "")).toBe(true);
      },
    ),
    { numRuns: 2_000 },
  );
});

const isFull = expect.objectContaining({ name: "QuotaExceededError" });
const throwsFull = () => {
  throw new DOMException("full", "QuotaExceededError");
};
/** What a browser may do instead: as much of it as there is room for. */
const writesHalf =
  (write: SyncFile["write"]): SyncFile["write"] =>
  (bytes, how) =>
    write(bytes.slice(0, bytes.length / 2), how);

test.each([
  ["is refused", () => throwsFull],
  ["is written in part", writesHalf],
])("keeps the old text when there is no room for the new one and it %s", (_, full) => {
  const disks = [createDiskFile(() => {}), createDiskFile(() => {})] as const;
  const file = createSlotFile(disks[0].file, disks[1].file);
  expect(file.read()).toBeNull();
  file.write("old");
  const { write } = disks[0].file;
  disks[0].file.write = full(write);
  expect(() => file.write("new")).toThrow(isFull);
  expect(file.read()).toBe("old");
  disks[0].file.write = write;
  file.write("new");
  disks[0].file.write = full(write);
  expect(() => file.append(" and more")).toThrow(isFull);
  expect(file.read()).toBe("new");
  disks[0].file.write = write;
  file.append(" and more");
  expect(createSlotFile(disks[0].file, disks[1].file).read()).toBe("new and more");
});
