import type { BaseLogger } from "pino";
import { type Clock, MINUTE_MS } from "../clock.ts";
import type { Transact } from "../db/open.ts";
import { airingOf } from "../delivery/airing.ts";
import type { Downlink } from "../delivery/downlink.ts";
import type { MediaLinks } from "../delivery/media-links.ts";
import type { DeviceIdentity } from "../devices/device.ts";
import type { DeviceKind } from "../protocol/messages.ts";
import { keepsQuietHours } from "../protocol/quiet-hours.ts";
import type { PolicyService } from "../schedules/policy.ts";
import { type Broadcast, type BroadcastState, dueState, type Moment } from "./broadcast.ts";
import type { BroadcastStore } from "./broadcast-store.ts";
import type { LeftOut } from "./left-out.ts";
import { type Refusal, refusalOf } from "./refusal.ts";
import { audienceOf, reachesNobody, whyNotFor } from "./targets.ts";
import type { Unready } from "./unready.ts";

export interface Conductor {
  /** Moves every broadcast that time has moved; safe to call at any interval, and after any pause. */
  tick(): void;
}

interface Dependencies {
  store: BroadcastStore;
  devices: { enrolledWithin(areas: readonly string[], kinds: readonly DeviceKind[]): DeviceIdentity[] };
  policy: Pick<PolicyService, "effective" | "quietAreas">;
  leftOut: LeftOut;
  reports: { startedBy(broadcastId: string): string[] };
  /** Also a device that came after the freeze. */
  isFor: (broadcast: Broadcast, deviceId: string) => boolean;
  downlink: Downlink;
  /** Whether an episode or a session was signed for these files. */
  areSigned: (contentId: string, sha256s: readonly string[]) => boolean;
  /** Of programme content that an interrupt airs: why it may not be heard by then; `null` when it may. */
  whyNotHearable: (broadcast: Broadcast) => Refusal | null;
  unready: Unready;
  mediaUrl: MediaLinks;
  streamUrl: MediaLinks;
  transact: Transact;
  clock: Clock;
  log: BaseLogger;
  freezeMs: number;
}

/** Until devices have come back to a server that was down and have said what they played meanwhile. */
const CATCH_UP_MS = 5 * MINUTE_MS;

/** Leads broadcasts from plan to air. It decides nothing but by the rows and the clock. */
export function createConductor(deps: Dependencies): Conductor {
  const {
    store,
    devices,
    policy,
    leftOut,
    reports,
    isFor,
    downlink,
    areSigned,
    whyNotHearable,
    unready,
    mediaUrl,
    streamUrl,
    transact,
    clock,
    log,
    freezeMs,
  } = deps;

  const caughtUpAt = clock.steadyMs() + CATCH_UP_MS;

  function freeze(broadcast: Broadcast): void {
    const meant = devices
      .enrolledWithin(broadcast.areas, broadcast.kinds)
      .filter((device) => whyNotFor(broadcast, device, policy.effective) === null);
    const over = leftOut(broadcast, meant);
    const targets = meant.filter(({ id }) => !over.has(id));
    store.addTargets(
      broadcast.id,
      targets.map(({ id }) => id),
    );
    // Too late for any device to begin: those that had it in the playlist may have played it, and will say so.
    if (clock.now() > broadcast.notAfter) return;
    const quiet = keepsQuietHours(broadcast.class) ? policy.quietAreas(broadcast.startAt) : [];
    const full = meant.filter(({ id }) => over.has(id)).map(({ regionCode }) => regionCode);
    const exclude = [...broadcast.exclude, ...quiet, ...new Set(full)];
    const audience = audienceOf({ ...broadcast, exclude }, targets);
    if (reachesNobody(audience)) return;
    for (const { kinds, items } of groupByItems(broadcast)) {
      downlink.send({
        type: "play",
        body: {
          broadcastId: broadcast.id,
          ...airingOf(broadcast, items, {
            media: (sha256) => mediaUrl(sha256, broadcast.notAfter),
            stream: (sha256) => streamUrl(sha256, Math.max(broadcast.notAfter, broadcast.endsAt ?? 0)),
          }),
        },
        audience: { ...audience, kinds },
        authorityOver: broadcast.areas,
        class: broadcast.class,
        notAfter: broadcast.notAfter,
        broadcastId: broadcast.id,
      });
    }
  }

  /** One command for all kinds that play the same bytes. */
  function groupByItems(broadcast: Broadcast) {
    const byDigests = Map.groupBy(broadcast.kinds, (kind) =>
      store
        .items(broadcast.id, kind)
        .map(({ sha256 }) => sha256)
        .join(),
    );
    return [...byDigests.values()].map((kinds) => ({
      kinds,
      items: kinds[0] ? store.items(broadcast.id, kinds[0]) : [],
    }));
  }

  /** What was planned may have been signed anew since, for other files. */
  function isSigned({ id, contentKind, contentId, kinds }: Broadcast): boolean {
    if (contentId === null || (contentKind !== "episode" && contentKind !== "session")) return true;
    const items = kinds.flatMap((kind) => store.items(id, kind));
    return areSigned(
      contentId,
      items.flatMap(({ sha256, stream }) => (stream === null ? sha256 : [sha256, stream])),
    );
  }

  /** Nothing that is not signed as it is, or that may not be heard any more, becomes fixed: it goes back into planning. */
  const whyNotFixed = (broadcast: Broadcast): Refusal | null =>
    isSigned(broadcast) ? whyNotHearable(broadcast) : refusalOf("not-signed");

  function move(broadcast: Broadcast, to: BroadcastState): Broadcast {
    return transact(() => {
      // Why somebody who spoke live did not end it stays with it.
      const kept = broadcast.contentKind === "live" ? broadcast.reason : null;
      const reason = to === "missed" ? (broadcast.reason ?? "it was not ready in time") : kept;
      const noStart = to === "failed" ? "no device has reported a start" : reason;
      if (!store.setState(broadcast.id, broadcast.state, to, noStart, clock.now())) return broadcast;
      if (to === "frozen") freeze(broadcast);
      log.info(
        { broadcastId: broadcast.id, from: broadcast.state, to, programme: broadcast.programme },
        "broadcast moved",
      );
      return { ...broadcast, state: to };
    });
  }

  /** Step by step, until time asks for nothing more. */
  function advance(row: Broadcast, moment: Omit<Moment, "started">): void {
    const started = () => {
      const told = new Set(store.targets(row.id));
      return reports.startedBy(row.id).some((id) => told.has(id) || isFor(row, id));
    };
    let broadcast = row;
    for (;;) {
      const to = dueState(broadcast, { ...moment, started });
      if (!to) return;
      const whyNot = to === "frozen" ? whyNotFixed(broadcast) : null;
      if (whyNot) return unready(broadcast, whyNot);
      const moved = move(broadcast, to);
      if (moved.state === broadcast.state) return;
      broadcast = moved;
    }
  }

  return {
    tick() {
      const now = clock.now();
      const moment = { now, freezeMs, isCatchingUp: clock.steadyMs() < caughtUpAt };
      for (const row of store.unsettled(now + freezeMs)) {
        try {
          advance(row, moment);
        } catch (error) {
          // The others have their own instants to keep; this one is tried again with the next tick.
          log.error({ err: error, broadcastId: row.id }, "a broadcast could not be moved");
        }
      }
    },
  };
}
