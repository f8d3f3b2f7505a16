import { randomUUID } from "node:crypto";
import type { Item, PlaylistBroadcast } from "../../src/protocol/messages.ts";

/** A notice that begins in so many ms. */
export function airing(item: Item, inMs: number, change: Partial<PlaylistBroadcast> = {}): PlaylistBroadcast {
  const startAt = Date.now() + inMs;
  return {
    id: randomUUID(),
    startAt,
    notAfter: startAt + 60_000,
    class: "announcement",
    authority: "county",
    priority: 50,
    lateness: "join",
    offline: "play",
    programme: "通知",
    title: "测试",
    items: [item],
    ...change,
  };
}
