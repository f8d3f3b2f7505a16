import type { MediaService } from "../media/media-service.ts";
import type { ContentPart } from "../programmes/content.ts";
import type { DeviceKind } from "../protocol/messages.ts";
import type { BroadcastItem } from "./broadcast.ts";

/** What each kind of device plays of the parts, to the byte; `null` while anything of it is not rendered. */
export function playableItems(
  media: Pick<MediaService, "playableFor">,
  parts: readonly ContentPart[],
  kinds: readonly DeviceKind[],
): Map<DeviceKind, BroadcastItem[]> | null {
  const items = new Map<DeviceKind, BroadcastItem[]>();
  for (const kind of kinds) {
    const list: BroadcastItem[] = [];
    for (const { title, compositionId } of parts) {
      const {
        sha256 = null,
        mime = null,
        bytes = null,
        durationMs = null,
        stream = null,
      } = media.playableFor(compositionId, kind) ?? {};
      if (sha256 === null || mime === null || bytes === null || durationMs === null) return null;
      list.push({ sha256, mime, bytes, durationMs, title, stream });
    }
    items.set(kind, list);
  }
  return items;
}

/** How long the longest of the kinds plays, ms. */
export const longestMs = (items: ReadonlyMap<DeviceKind, readonly BroadcastItem[]>): number =>
  Math.max(
    0,
    ...[...items.values()].map((list) => list.reduce((sum, { durationMs }) => sum + durationMs, 0)),
  );
