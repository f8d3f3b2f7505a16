import type { BroadcastItem } from "../broadcasts/broadcast.ts";
import { playableItems } from "../broadcasts/playable-items.ts";
import { NAME_OF_CLASS, type Unscheduled } from "../broadcasts/unscheduled.ts";
import type { Downlink } from "../delivery/downlink.ts";
import type { MediaService } from "../media/media-service.ts";
import { type Alert, DEVICE_KINDS } from "../protocol/messages.ts";
import { authorityOf } from "../protocol/region-code.ts";
import { type EmergencyAir, LEAD_MS } from "./emergency.ts";

/** What is heard, or why nothing can be yet. */
type Sound = { items: BroadcastItem[] } | { whyNot: string };

/** The state of areas that devices join at any time: retained by the broker, and proved as a broadcast. */
export interface StandingAlerts {
  soundOf(title: string, compositionId: string): Sound;
  /** On air from the emergency's start until its end. */
  raise(view: EmergencyAir, items: BroadcastItem[]): void;
  /** Puts the state on its areas' topics, once more for a broker that has lost it. */
  publish(view: EmergencyAir): void;
  clear(areas: readonly string[]): void;
}

interface Dependencies {
  media: Pick<MediaService, "whyNotAirable" | "playableFor">;
  unscheduled: Pick<Unscheduled, "raise" | "items">;
  downlink: Pick<Downlink, "setAlert" | "clearAlert">;
  mediaUrl: (sha256: string, expiresAt: number) => string;
}

export function createStandingAlerts({
  media,
  unscheduled,
  downlink,
  mediaUrl,
}: Dependencies): StandingAlerts {
  function publish({ emergency, interrupt }: EmergencyAir): void {
    const { id, areas, startedAt, until } = emergency;
    const { class: of, silent, title, text } = interrupt;
    const from = startedAt ?? 0;
    const alert: Alert = {
      id,
      rev: 1,
      issuedAt: from - LEAD_MS,
      from,
      until,
      ...(of === "emergency" ? {} : { class: of }),
      authority: authorityOf(areas),
      ...(silent ? { silent } : {}),
      programme: NAME_OF_CLASS[of],
      title,
      ...(text === null ? {} : { text }),
      items: unscheduled
        .items(id, "loudspeaker")
        .map(({ stream: _, ...item }) => ({ ...item, url: mediaUrl(item.sha256, until) })),
    };
    downlink.setAlert(areas, alert);
  }

  return {
    soundOf(title, compositionId) {
      const whyNot = media.whyNotAirable(compositionId);
      if (whyNot !== null) return { whyNot };
      const items = playableItems(media, [{ title, compositionId }], ["loudspeaker"])?.get("loudspeaker");
      return items ? { items } : { whyNot: "it is not transcoded yet" };
    },

    raise(view, items) {
      const { emergency, interrupt } = view;
      const { id, areas, startedAt, until } = emergency;
      const { title, class: of, silent } = interrupt;
      unscheduled.raise(
        {
          id,
          class: of,
          title,
          targets: { areas, kinds: DEVICE_KINDS, exclude: [], groups: [], tags: [] },
          startAt: startedAt ?? 0,
          notAfter: until,
          volume: null,
          silent,
        },
        // One message for all kinds of devices: what a loudspeaker plays, a terminal can.
        new Map(DEVICE_KINDS.map((kind) => [kind, items])),
      );
      publish(view);
    },

    publish,
    clear: downlink.clearAlert,
  };
}
