import type { BaseLogger } from "pino";
import { v7 as uuidv7 } from "uuid";
import type { BroadcastService } from "../broadcasts/broadcast-service.ts";
import type { Clock } from "../clock.ts";
import type { Transact } from "../db/open.ts";
import { AppError, invalid, notFound } from "../errors.ts";
import { type Apart, requireSecondPerson } from "../people/second-person.ts";
import { outermost } from "../protocol/region-code.ts";
import { requireRegions } from "./announcement.ts";
import {
  askedForBy,
  confirmByOf,
  dueEnd,
  type Emergency,
  type EmergencyAir,
  type EmergencyView,
  givesWay,
  LEAD_MS,
  type NewEmergency,
  requirePossible,
  rivalsOf,
} from "./emergency.ts";
import type { EmergencyFilter, EmergencyStore } from "./emergency-store.ts";
import type { InterruptContent } from "./interrupt-content.ts";
import type { InterruptStore } from "./interrupt-store.ts";
import type { MakersOf } from "./makers.ts";
import type { StandingAlerts } from "./standing-alert.ts";

export interface EmergencyService {
  /**
   * One person proposes; nothing is heard yet, but its sound is made.
   * @param also called in the transaction that writes it
   * @throws {AppError} `invalid`, `not_found`, and what speech has to say
   */
  propose(emergency: NewEmergency, userId: string, also?: (id: string) => void): Promise<EmergencyView>;
  /**
   * Another person starts it: at once, or as soon as its sound is made. Drills in its areas end then, unless it is one.
   * Idempotent for the one who confirmed.
   * @throws {AppError} `forbidden` for the proposer and who made its recording, `conflict` when it is over or another stands in the same area
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
  /**
   * Ends those that are not on air yet; what is on air is stopped as a broadcast. Call it in a transaction.
   * @param proposedUntil epoch ms; what was proposed later stays
   */
  withdrawWaiting(userId: string, reason: string, proposedUntil: number): void;
}

interface Dependencies {
  store: EmergencyStore;
  interrupts: InterruptStore;
  content: InterruptContent;
  alerts: StandingAlerts;
  broadcasts: Pick<BroadcastService, "stop" | "onCancelled">;
  regions: { exists(code: string): boolean };
  makersOf: MakersOf;
  access: Apart;
  transact: Transact;
  clock: Clock;
  log: BaseLogger;
}

/** Standing alerts: two people start one, one ends it, and the areas' retained state says so to whoever comes back. */
export function createEmergencyService(deps: Dependencies): EmergencyService {
  const { store, interrupts, content, alerts, broadcasts, regions, makersOf, access, transact, clock, log } =
    deps;

  function get(id: string): EmergencyView {
    const [emergency, interrupt] = [store.get(id), interrupts.get(id)];
    if (!emergency || !interrupt) throw notFound("emergency", id);
    const makers = makersOf(interrupt).map((maker) => maker.id);
    const by = [...new Set([emergency.proposedBy, ...makers])];
    return { emergency, interrupt, people: store.people(id), by, confirmBy: confirmByOf(emergency) };
  }

  function check(proposal: NewEmergency): void {
    requirePossible(proposal, clock.now());
    requireRegions("/areas", proposal.areas, regions);
    if (proposal.replaces === null) return;
    const { class: of, title } = get(proposal.replaces).interrupt;
    if (givesWay(proposal.class, of))
      throw invalid(
        "/replaces",
        `"${title}" is no drill, and is not ended by one.`,
        "Stop that one first, or wait for its end.",
      );
  }

  /** The one who would start another where one stands has to say what becomes of that; drills give way. */
  function freeAreas({ emergency, interrupt }: EmergencyAir, userId: string): void {
    const { class: of, title } = interrupt;
    const rivals = rivalsOf(emergency, store.open()).map(({ id }) => get(id));
    const inTheWay = rivals.find((rival) => !givesWay(rival.interrupt.class, of));
    if (inTheWay) {
      throw new AppError("conflict", `"${inTheWay.interrupt.title}" stands in one of its areas already.`, {
        hint: givesWay(of, inTheWay.interrupt.class)
          ? "Stop that one first, or wait for its end."
          : "Stop that one first, or propose this one anew with `replaces`.",
      });
    }
    for (const { emergency: drill } of rivals) giveWay(drill, title, userId);
  }

  /** Whatever comes of it yet: one that only waits for its sound would be heard after what replaces it. */
  function giveWay(before: Emergency, title: string, userId: string | null): void {
    const reason = `replaced by "${title}"`;
    if (before.state === "active") broadcasts.stop(before.id, reason, userId);
    else if (before.endedAt === null) withdraw(before, userId, reason);
  }

  /** As soon as its sound is made. */
  function start({ emergency, interrupt }: EmergencyAir): void {
    const { title, compositionId } = interrupt;
    if (compositionId === null) return end(emergency, "ended", "its recording is gone");
    const sound = alerts.soundOf(title, compositionId);
    if ("whyNot" in sound) {
      if (emergency.reason !== sound.whyNot) store.update({ ...emergency, reason: sound.whyNot });
      return;
    }
    transact(() => {
      const before = emergency.replaces === null ? null : store.get(emergency.replaces);
      if (before) giveWay(before, title, emergency.confirmedBy);
      const active: Emergency = {
        ...emergency,
        state: "active",
        startedAt: clock.now() + LEAD_MS,
        reason: null,
      };
      alerts.raise({ emergency: active, interrupt }, sound.items);
      store.update(active);
    });
  }

  function end(emergency: Emergency, state: Emergency["state"], reason: string | null): void {
    if (emergency.state === "active") alerts.clear(emergency.areas);
    store.update({ ...emergency, state, reason, endedAt: clock.now() });
  }

  // However its broadcast is stopped: here, among the broadcasts, or with everything.
  broadcasts.onCancelled(({ id, contentKind }) => {
    if (contentKind !== "alert") return;
    const emergency = store.get(id);
    if (emergency?.state === "active") end(emergency, "stopped", "its broadcast was stopped");
  });

  function moveOn(view: EmergencyView): void {
    const due = dueEnd(view.emergency, clock.now());
    if (due) end(view.emergency, due.state, due.reason);
    else if (view.emergency.state === "confirmed") start(view);
  }

  function withdraw(emergency: Emergency, userId: string | null, reason: string): void {
    end({ ...emergency, stoppedBy: userId }, "withdrawn", reason);
  }

  return {
    get,
    page: (filter, limit) => store.page(filter, limit).map(({ id }) => get(id)),

    async propose(proposal, userId, also = () => {}) {
      check(proposal);
      const { title, class: of, severity, source, until, silent, replaces } = proposal;
      const sound = await content.prepare(source, { class: of, silent }, userId);
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
          longestMs: null,
          repeats: 1,
          silent,
          corrects: null,
          createdBy: userId,
          createdAt: now,
        });
        store.insert({
          id,
          state: "proposed",
          severity,
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
        const { emergency, interrupt, by } = get(id);
        if (emergency.confirmedBy === userId) return get(id);
        const now = clock.now();
        requireSecondPerson(askedForBy({ emergency, by }, now), userId, access);
        if (interrupt.assetSha256 !== null) content.requireHearable(interrupt.assetSha256);
        freeAreas({ emergency, interrupt }, userId);
        store.update({ ...emergency, state: "confirmed", confirmedBy: userId, confirmedAt: now });
        start(get(id));
        return get(id);
      });
    },

    stop(id, userId, reason) {
      return transact(() => {
        const { emergency } = get(id);
        if (emergency.state === "active") {
          broadcasts.stop(id, reason, userId);
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
          if (state === "active" && until > now) alerts.publish(get(id));
      });
    },

    withdrawWaiting(userId, reason, proposedUntil) {
      for (const emergency of store.open())
        if (emergency.state !== "active" && emergency.proposedAt <= proposedUntil)
          withdraw(emergency, userId, reason);
    },
  };
}
