import type { Broadcast, BroadcastItem } from "../broadcasts/broadcast.ts";
import type { PlayBody } from "../protocol/messages.ts";

/** What a playlist and a `play` command say of a broadcast in the same words. @param mediaUrl the address of an item */
export function airingOf(
  broadcast: Broadcast,
  items: BroadcastItem[],
  mediaUrl: (sha256: string) => string,
): Omit<PlayBody, "broadcastId"> {
  const { startAt, notAfter, priority, lateness, offline, volume, silent, programme, title } = broadcast;
  const isLive = broadcast.contentKind === "live";
  return {
    startAt,
    notAfter,
    priority,
    lateness,
    offline,
    ...(volume === null ? {} : { volume }),
    ...(silent ? { silent } : {}),
    programme,
    title,
    items: items.map((item) => ({ ...item, url: mediaUrl(item.sha256) })),
    ...(isLive ? { live: { longestMs: (broadcast.endsAt ?? notAfter) - startAt } } : {}),
  };
}
