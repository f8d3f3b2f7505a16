import type { PlaybackRecord, PlaylistBroadcast, ReasonCode } from "../../src/protocol/messages.ts";
import { outranks } from "../../src/protocol/precedence.ts";

interface Dependencies {
  report: (record: Omit<PlaybackRecord, "seq" | "at">) => void;
  /** Runs something at an instant, epoch ms. */
  at: (instant: number, run: () => void) => void;
  now: () => number;
}

/**
 * One broadcast at a time, as a real device has it, without sound: who has the air is decided by the protocol's own rule.
 * What finds the air taken is skipped, and what loses it does not go on; a gateway knows more of lateness.
 */
export function createSimulatedAir({ report, at, now }: Dependencies) {
  let onAir: { entry: PlaylistBroadcast; endsAt: number } | null = null;

  function finish(): void {
    if (!onAir) return;
    const { entry, endsAt } = onAir;
    onAir = null;
    report({ type: "finished", broadcastId: entry.id, positionMs: endsAt - entry.startAt });
  }

  function begin(entry: PlaylistBroadcast): void {
    const { id: broadcastId, startAt, items, live } = entry;
    // Of two that follow each other the second may be woken first.
    if (onAir && onAir.endsAt <= startAt) finish();
    if (onAir && !outranks(entry, onAir.entry)) {
      report({ type: "skipped", broadcastId, reason: "preempted" });
      return;
    }
    if (onAir) {
      const { id, startAt: begunAt } = onAir.entry;
      report({ type: "interrupted", broadcastId: id, positionMs: now() - begunAt, reason: "preempted" });
    }
    const lengthMs = items.reduce((sum, { durationMs }) => sum + durationMs, live?.longestMs ?? 0);
    const mine = { entry, endsAt: startAt + lengthMs };
    onAir = mine;
    report({ type: "started", broadcastId, latenessMs: now() - startAt });
    at(mine.endsAt, () => {
      if (onAir === mine) finish();
    });
  }

  /** What is spoken live is over. @param reason why it was cut off, or `null` at its end */
  function end(broadcastId: string, reason: ReasonCode | null): void {
    if (onAir?.entry.id !== broadcastId) return;
    const positionMs = now() - onAir.entry.startAt;
    onAir = null;
    if (reason === null) report({ type: "finished", broadcastId, positionMs });
    else report({ type: "interrupted", broadcastId, positionMs, reason });
  }

  return { play: (entry: PlaylistBroadcast) => at(entry.startAt, () => begin(entry)), end };
}
