import { v7 as uuidv7 } from "uuid";
import type { Clock } from "../clock.ts";
import type { Transact } from "../db/open.ts";
import { AppError, type ErrorDetail, invalid, notFound } from "../errors.ts";
import type { Content, ContentSource, Reviewable } from "../programmes/content.ts";
import type { ProgrammeService } from "../programmes/programme-service.ts";
import { formatDay, parseDay } from "../schedules/day.ts";
import { createWallClock } from "../schedules/wall-clock.ts";
import {
  type Consent,
  type ConsentGap,
  consentGaps,
  isCovered,
  isOfSame,
  type Portrayal,
} from "./consent.ts";
import type { ConsentStore, NewConsent } from "./consent-store.ts";

export type { Consent } from "./consent.ts";

type Key = Pick<Content, "kind" | "id">;
type Portrayed = Pick<Content, "id" | "programmeId" | "segments">;

/** What may air no more, or again. */
export interface ConsentChange {
  programmeId: string;
  contentId: string;
  isLost: boolean;
  userId: string;
}

/** Approved content that consents keep off the air, and the last that was done about them. */
export interface Silenced {
  content: Reviewable;
  gaps: ConsentGap[];
  changedBy: string;
  changedAt: number;
}

interface Dependencies {
  store: ConsentStore;
  sources: Record<Reviewable["kind"], ContentSource>;
  programmes: Pick<ProgrammeService, "get">;
  transact: Transact;
  emptyLog: () => void;
  clock: Clock;
  /** The county's. */
  zone: string;
}

const WHAT_IS_MISSING: Record<ConsentGap["problem"], string> = {
  missing: "the consent of who is portrayed is missing",
  expired: "the consent of somebody portrayed has ended",
  erased: "a consent was erased, and none was recorded in its place",
};

export type ConsentService = ReturnType<typeof createConsentService>;

/** The consents of people who are portrayed, and what is kept off the air for want of one. */
export function createConsentService(deps: Dependencies) {
  const { store, sources, programmes, transact, emptyLog, clock, zone } = deps;
  const { dayAt } = createWallClock(zone);
  const listeners: ((change: ConsentChange) => void)[] = [];
  const dayOf = (at: number) => formatDay(dayAt(at));

  /** What is held and has to be, of the segments that it has by now. */
  function heldOf({ id, programmeId, segments }: Portrayed): { held: Consent[]; required: string[] } {
    const { consentSegments } = programmes.get(programmeId).review;
    return {
      held: store.of(id).filter(({ segment }) => segment === null || segments.includes(segment)),
      required: consentSegments.filter((name) => segments.includes(name)),
    };
  }

  /** What is missing today. */
  function gapsOf(content: Portrayed): ConsentGap[] {
    const { held, required } = heldOf(content);
    return consentGaps(held, required, dayOf(clock.now()));
  }

  const contentOf = ({ kind, id }: Key): Reviewable => sources[kind].reviewable(id);
  /** @throws {AppError} `invalid` */
  function checkDay(validUntil: string | null): void {
    if (validUntil !== null && parseDay(validUntil) === null)
      throw invalid("/validUntil", "There is no such day.");
  }

  function find({ id: contentId }: Key, id: string): Consent {
    const consent = store.of(contentId).find((each) => each.id === id);
    if (!consent) throw notFound("consent", id);
    return consent;
  }

  /** With what it took the place of: another one of the same person does by now. */
  function drop(key: Key, { id, renews }: Consent): void {
    store.remove(id);
    if (renews !== null) drop(key, find(key, renews));
  }

  /** Changes what is held, and tells what follows from it. */
  function change(key: Key, userId: string, work: (content: Reviewable) => void): Consent[] {
    return transact(() => {
      const content = contentOf(key);
      work(content);
      const isLost = gapsOf(content).length > 0;
      for (const listener of listeners)
        listener({ programmeId: content.programmeId, contentId: key.id, isLost, userId });
      return store.of(key.id);
    });
  }

  return {
    /** @throws {AppError} `not_found` */
    of(key: Key): Consent[] {
      contentOf(key);
      return store.of(key.id);
    },

    /** @throws {AppError} `invalid` for a segment that it does not have, or for what it does not take the place of */
    add(key: Key, consent: Omit<NewConsent, "id">, userId: string): Consent[] {
      return change(key, userId, ({ segments }) => {
        const { segment, renews } = consent;
        checkDay(consent.validUntil);
        const isThere = segment === null ? segments.length === 0 : segments.includes(segment);
        if (!isThere) {
          const hint = segments.length === 0 ? "A session has none." : `It has ${segments.join(", ")}.`;
          throw invalid("/segment", "There is no such segment.", hint);
        }
        const held = store.of(key.id);
        const isErased = held.some(
          (each) => each.id === renews && each.person === null && each.segment === segment,
        );
        if (renews !== null && (!isErased || held.some((each) => each.renews === renews)))
          throw invalid("/renews", "It takes the place of an erased consent of the same segment, once.");
        store.insert({ ...consent, id: uuidv7() }, key, { userId, now: clock.now() });
      });
    },

    /** A renewal, or an end when somebody takes it back. @throws {AppError} `not_found`, `invalid` */
    change(
      key: Key,
      id: string,
      changes: Partial<Pick<Portrayal, "scope" | "document"> & Pick<Consent, "validUntil">>,
      userId: string,
    ): Consent[] {
      return change(key, userId, () => {
        const consent = find(key, id);
        if (consent.person === null) {
          throw new AppError("conflict", "It is erased.", { hint: "Record another one in its place." });
        }
        checkDay(changes.validUntil ?? null);
        store.update({ ...consent, ...changes }, { userId, now: clock.now() });
      });
    },

    /**
     * Leaves nothing of who it was. That there was one goes on to keep it off the air, until another one is recorded in its
     * place; where the same person has one that covers more, this one alone goes. Idempotent. @throws {AppError} `not_found`
     */
    erase(key: Key, id: string, userId: string): Consent[] {
      const left = change(key, userId, () => {
        const consent = find(key, id);
        if (consent.person === null) return;
        const held = store.of(key.id);
        if (isCovered(consent, held)) return drop(key, consent);
        for (const other of held) if (other.id !== id && isOfSame(consent, other)) drop(key, other);
        store.erase(id, { userId, now: clock.now() });
      });
      emptyLog();
      return left;
    },

    /** What is approved and may not be heard today, for want of a consent. */
    silenced(): Silenced[] {
      return store.contentsEndedBefore(dayOf(clock.now())).flatMap((key): Silenced[] => {
        const content = contentOf(key);
        const gaps = content.approvedAt === null ? [] : gapsOf(content);
        const last = store.of(key.id).toSorted((one, other) => other.changedAt - one.changedAt)[0];
        if (gaps.length === 0 || !last) return [];
        return [{ content, gaps, changedBy: last.changedBy, changedAt: last.changedAt }];
      });
    },

    /** What keeps it from being submitted today. */
    lacksOf(content: Reviewable): ErrorDetail[] {
      return gapsOf(content).map(({ segment, problem }) => {
        const index = content.segments.indexOf(segment ?? "");
        const what = WHAT_IS_MISSING[problem];
        return segment === null
          ? { at: "/recording", message: what }
          : { at: `/segments/${index}`, message: `${segment}: ${what}` };
      });
    },

    gapsOf,

    /** Tells whether it may be heard at an instant, as far as those who are portrayed have a say. */
    allowanceOf(content: Portrayed): (at: number) => boolean {
      const { held, required } = heldOf(content);
      if (held.length === 0 && required.length === 0) return () => true;
      return (at) => consentGaps(held, required, dayOf(at)).length === 0;
    },

    /** Called in the transaction of a change. */
    onChange: (listener: (typeof listeners)[number]) => void listeners.push(listener),
  };
}
