import type { BaseLogger } from "pino";
import { v7 as uuidv7 } from "uuid";
import type { BroadcastService } from "../broadcasts/broadcast-service.ts";
import { playableItems } from "../broadcasts/playable-items.ts";
import { NAME_OF_CLASS, type Unscheduled } from "../broadcasts/unscheduled.ts";
import { type Clock, DAY_MS, MINUTE_MS, SECOND_MS } from "../clock.ts";
import type { Transact } from "../db/open.ts";
import type { Downlink } from "../delivery/downlink.ts";
import { AppError, invalid, notFound } from "../errors.ts";
import type { MediaService } from "../media/media-service.ts";
import { type Alert, DEVICE_KINDS } from "../protocol/messages.ts";
import { outermost } from "../protocol/region-code.ts";
import { requireRegions } from "./announcement-service.ts";
import type { Emergency, EmergencyFilter, EmergencyPeople, EmergencyStore } from "./emergency-store.ts";
import type { InterruptContent, Source } from "./interrupt-content.ts";
import type { Interrupt, InterruptClass, InterruptStore } from "./interrupt-store.ts";

export interface NewEmergency {
  title: string;
  class: InterruptClass;
  source: Exclude<Source, { upload: true }>;
  areas: string[];
  /** Epoch ms. */
  until: number;
  /** Drills only. */
  silent: boolean;
  /** The emergency that ends when this one begins. */
  replaces: string | null;
}

export interface EmergencyView {
  emergency: Emergency;
  interrupt: Interrupt;
  people: EmergencyPeople;
  /** A proposal that nobody confirms expires then, epoch ms. */
  confirmBy: number;
}

export interface EmergencyService {
  /**
   * One person proposes; nothing is heard yet, but its sound is made.
   * @param also called in the transaction that writes it
   * @throws {AppError} `invalid`, `not_found`, and what speech has to say
   */
  propose(emergency: NewEmergency, userId: string, also?: (id: string) => void): Promise<EmergencyView>;
  /**
   * Another person starts it: at once, or as soon as its sound is made. Idempotent for the one who confirmed.
   * @throws {AppError} `forbidden` for the proposer, `conflict` when it is over or another stands in the same area
   */
  confirm(id: string, userId: string): EmergencyView;
  /** Any one person withdraws or ends it. Idempotent. @throws {AppError} `not_found` */
  stop(id: string, userId: string, reason: string): EmergencyView;
  /** @throws {AppError} `not_found` */
  get(id: string): EmergencyView;
  /** Newest first. */
  page(filter: EmergencyFilter, limit: number): EmergencyView[];
  /** The areas with an alert on their topics. */
  alertedAreas(): string[];
  /** Starts what is confirmed and has its sound, ends and expires what is over; safe to call at any interval. */
  tick(): void;
  /** Puts every standing alert on the broker again, for one that keeps nothing over a restart. */
  republish(): void;
  /** Ends those that are not on air yet; what is on air is stopped as a broadcast. Call it in a transaction. */
  withdrawWaiting(userId: string, reason: string): string[];
}

interface Dependencies {
  store: EmergencyStore;
  interrupts: InterruptStore;
  content: InterruptContent;
  media: MediaService;
  unscheduled: Unscheduled;
  broadcasts: Pick<BroadcastService, "stop" | "onCancelled">;
  downlink: Pick<Downlink, "setAlert" | "clearAlert">;
  mediaUrl: (sha256: string, expiresAt: number) => string;
  regions: { exists(code: string): boolean };
  transact: Transact;
  clock: Clock;
  log: BaseLogger;
}

const PROPOSAL_VALID_MS = 10 * MINUTE_MS;
const MAX_LENGTH_MS = DAY_MS;
const confirmBy = ({ proposedAt }: Emergency): number => proposedAt + PROPOSAL_VALID_MS;
/** From the publish to the first sound, for the devices to begin together. */
const LEAD_MS = 3 * SECOND_MS;

/** Standing alerts: two people start one, one ends it, and the areas' retained state says so to whoever comes back. */
export function createEmergencyService(deps: Dependencies): EmergencyService {
  const {
    store,
    interrupts,
    content,
    media,
    unscheduled,
    broadcasts,
    downlink,
    regions,
    transact,
    clock,
    log,
  } = deps;

  function get(id: string): EmergencyView {
    const [emergency, interrupt] = [store.get(id), interrupts.get(id)];
    if (!emergency || !interrupt) throw notFound("emergency", id);
    return { emergency, interrupt, people: store.people(id), confirmBy: confirmBy(emergency) };
  }

  function check({ class: of, silent, areas, until, replaces }: NewEmergency): void {
    if (silent && of !== "drill") throw invalid("/silent", "Only a drill can be silent.");
    requireRegions("/areas", areas, regions);
    const now = clock.now();
    if (until <= now) throw invalid("/until", "Its end has passed.");
    if (until > now + MAX_LENGTH_MS)
      throw invalid("/until", "An emergency lasts at most a day.", "Replace it by another when it has to.");
    if (replaces !== null) get(replaces);
  }

  /** An area has one state at a time: the one who would start another has to say what becomes of this one. */
  function requireFreeAreas({ id, areas, replaces }: Emergency): void {
    const standing = store
      .open()
      .filter((other) => other.id !== id && other.id !== replaces && other.confirmedAt !== null);
    const taken = standing.find((other) => other.areas.some((area) => areas.includes(area)));
    if (!taken) return;
    const title = interrupts.get(taken.id)?.title ?? "";
    throw new AppError("conflict", `"${title}" stands in one of its areas already.`, {
      hint: "Stop that one first, or propose this one anew with `replaces`.",
    });
  }

  function start({ emergency, interrupt }: Pick<EmergencyView, "emergency" | "interrupt">): void {
    const { id, areas, until, replaces } = emergency;
    const { compositionId } = interrupt;
    if (compositionId === null) return end(emergency, "ended", "its recording is gone");
    const whyNot = media.whyNotAirable(compositionId);
    const items =
      whyNot === null
        ? playableItems(media, [{ title: interrupt.title, compositionId }], ["loudspeaker"])
        : null;
    const sound = items?.get("loudspeaker");
    if (!sound) {
      if (emergency.reason !== whyNot) store.update({ ...emergency, reason: whyNot });
      return;
    }
    transact(() => {
      const before = replaces === null ? null : store.get(replaces);
      if (before?.state === "active") broadcasts.stop(before.id, `replaced by "${interrupt.title}"`);
      const startAt = clock.now() + LEAD_MS;
      const { title, class: of, silent } = interrupt;
      const targets = { areas, kinds: DEVICE_KINDS, exclude: [], groups: [], tags: [] };
      // One message for all kinds of devices: what a loudspeaker plays, a terminal can.
      const itemsByKind = new Map(DEVICE_KINDS.map((kind) => [kind, sound]));
      unscheduled.raise(
        { id, class: of, title, targets, startAt, notAfter: until, volume: null, silent },
        itemsByKind,
      );
      const active = { ...emergency, state: "active", startedAt: startAt, reason: null } as const;
      store.update(active);
      publish({ emergency: active, interrupt });
    });
  }

  function publish({ emergency, interrupt }: Pick<EmergencyView, "emergency" | "interrupt">): void {
    const { id, areas, startedAt, until } = emergency;
    const alert: Alert = {
      id,
      rev: 1,
      from: startedAt ?? 0,
      until,
      ...(interrupt.class === "emergency" ? {} : { class: interrupt.class }),
      ...(interrupt.silent ? { silent: true } : {}),
      programme: NAME_OF_CLASS[interrupt.class],
      title: interrupt.title,
      items: unscheduled
        .items(id, "loudspeaker")
        .map((item) => ({ ...item, url: deps.mediaUrl(item.sha256, until) })),
    };
    downlink.setAlert(areas, alert);
  }

  function end(emergency: Emergency, state: Emergency["state"], reason: string | null): void {
    if (emergency.state === "active") downlink.clearAlert(emergency.areas);
    store.update({ ...emergency, state, reason, endedAt: clock.now() });
  }

  // However its broadcast is stopped: here, among the broadcasts, or with everything.
  broadcasts.onCancelled(({ id, contentKind }) => {
    if (contentKind !== "alert") return;
    const emergency = store.get(id);
    if (emergency?.state === "active") end(emergency, "stopped", "its broadcast was stopped");
  });

  function moveOn(view: EmergencyView): void {
    const { emergency } = view;
    const { state, until } = emergency;
    const now = clock.now();
    if (state === "proposed" && now >= view.confirmBy)
      end(emergency, "expired", "nobody confirmed it within ten minutes");
    else if (state !== "proposed" && now >= until) end(emergency, "ended", emergency.reason);
    else if (state === "confirmed") start(view);
  }

  function withdraw(emergency: Emergency, userId: string, reason: string): void {
    end({ ...emergency, stoppedBy: userId }, "withdrawn", reason);
  }

  return {
    get,
    page: (filter, limit) => store.page(filter, limit).map(({ id }) => get(id)),

    async propose(proposal, userId, also = () => {}) {
      check(proposal);
      const { title, class: of, source, until, silent, replaces } = proposal;
      const sound = await content.prepare(source, { class: of, silent });
      return transact(() => {
        const now = clock.now();
        const id = uuidv7();
        const asset = sound.assetSha256 ?? "";
        const compositionId = content.compose({ class: of, title }, asset, sound.marks, now);
        interrupts.insert({
          id,
          class: of,
          title,
          ...sound,
          compositionId,
          repeats: 1,
          silent,
          corrects: null,
          createdBy: userId,
          createdAt: now,
        });
        store.insert({
          id,
          state: "proposed",
          areas: outermost(proposal.areas),
          until,
          replaces,
          proposedBy: userId,
          proposedAt: now,
          confirmedBy: null,
          confirmedAt: null,
          startedAt: null,
          endedAt: null,
          stoppedBy: null,
          reason: null,
        });
        also(id);
        return get(id);
      });
    },

    confirm(id, userId) {
      return transact(() => {
        const { emergency, confirmBy: last } = get(id);
        if (emergency.confirmedBy === userId) return get(id);
        const now = clock.now();
        if (emergency.state !== "proposed" || now >= last) {
          throw new AppError("conflict", "This proposal cannot be confirmed any more.", {
            hint: "A proposal holds for ten minutes, and is confirmed once. Propose it anew.",
          });
        }
        if (emergency.proposedBy === userId) {
          throw new AppError("forbidden", "An emergency is confirmed by another person than proposed it.", {
            hint: "Ask a second person to sign in and to confirm it.",
          });
        }
        requireFreeAreas(emergency);
        store.update({ ...emergency, state: "confirmed", confirmedBy: userId, confirmedAt: now });
        start(get(id));
        return get(id);
      });
    },

    stop(id, userId, reason) {
      return transact(() => {
        const { emergency } = get(id);
        if (emergency.state === "active") {
          broadcasts.stop(id, reason);
          store.update({ ...get(id).emergency, stoppedBy: userId, reason });
        } else if (emergency.endedAt === null) withdraw(emergency, userId, reason);
        return get(id);
      });
    },

    alertedAreas: () =>
      store
        .open()
        .filter(({ state }) => state === "active")
        .flatMap(({ areas }) => areas),

    tick() {
      for (const { id } of store.open()) {
        try {
          transact(() => moveOn(get(id)));
        } catch (error) {
          // The others have their own instants to keep; this one is tried again with the next tick.
          log.error({ err: error, emergencyId: id }, "an emergency could not be moved on");
        }
      }
    },

    republish() {
      transact(() => {
        const now = clock.now();
        for (const { id, state, until } of store.open())
          if (state === "active" && until > now) publish(get(id));
      });
    },

    withdrawWaiting(userId, reason) {
      const waiting = store.open().filter(({ state }) => state !== "active");
      for (const emergency of waiting) withdraw(emergency, userId, reason);
      return waiting.map(({ id }) => id);
    },
  };
}
