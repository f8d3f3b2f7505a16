import type { Broadcast, BroadcastItem } from "../broadcasts/broadcast.ts";
import type { PlayBody } from "../protocol/messages.ts";

/** Addresses of an item's file, and of the stream that can be shown instead. */
interface Links {
  media(sha256: string): string;
  stream(sha256: string): string;
}

/** What a playlist and a `play` command say of a broadcast in the same words. */
export function airingOf(
  broadcast: Broadcast,
  items: BroadcastItem[],
  links: Links,
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
    items: items.map(({ stream, ...item }) => ({
      ...item,
      url: links.media(item.sha256),
      ...(stream === null ? {} : { stream: { sha256: stream, url: links.stream(stream) } }),
    })),
    ...(isLive ? { live: { longestMs: (broadcast.endsAt ?? notAfter) - startAt } } : {}),
  };
}
