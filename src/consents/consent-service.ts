import { v7 as uuidv7 } from "uuid";
import type { Clock } from "../clock.ts";
import type { Transact } from "../db/open.ts";
import { type ErrorDetail, invalid, notFound } from "../errors.ts";
import type { Content, ContentSource, Reviewable } from "../programmes/content.ts";
import type { ProgrammeService } from "../programmes/programme-service.ts";
import { formatDay, parseDay } from "../schedules/day.ts";
import { createWallClock } from "../schedules/wall-clock.ts";
import { type Consent, type ConsentGap, consentGaps } from "./consent.ts";
import type { ConsentStore } from "./consent-store.ts";

export type { Consent } from "./consent.ts";

type Key = Pick<Content, "kind" | "id">;
type Portrayed = Pick<Content, "id" | "programmeId" | "segments">;

interface Dependencies {
  store: ConsentStore;
  sources: Record<Reviewable["kind"], ContentSource>;
  programmes: Pick<ProgrammeService, "get">;
  transact: Transact;
  clock: Clock;
  /** The county's. */
  zone: string;
}

export type ConsentService = ReturnType<typeof createConsentService>;

/** The consents of people who are portrayed, and what is kept off the air for want of one. */
export function createConsentService({ store, sources, programmes, transact, clock, zone }: Dependencies) {
  const { dayAt } = createWallClock(zone);
  const listeners: ((change: { programmeId: string; contentId: string; isLost: boolean }) => void)[] = [];
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

  /** Changes what is held, and tells what follows from it. */
  function change(key: Key, work: (content: Reviewable) => void): Consent[] {
    return transact(() => {
      const content = contentOf(key);
      work(content);
      const isLost = gapsOf(content).length > 0;
      for (const listener of listeners)
        listener({ programmeId: content.programmeId, contentId: key.id, isLost });
      return store.of(key.id);
    });
  }

  return {
    /** @throws {AppError} `not_found` */
    of(key: Key): Consent[] {
      contentOf(key);
      return store.of(key.id);
    },

    /** @throws {AppError} `invalid` for a segment that it does not have */
    add(key: Key, consent: Omit<Consent, "id">, userId: string): Consent[] {
      return change(key, ({ segments }) => {
        const { segment } = consent;
        checkDay(consent.validUntil);
        const isThere = segment === null ? segments.length === 0 : segments.includes(segment);
        if (!isThere) {
          const hint = segments.length === 0 ? "A session has none." : `It has ${segments.join(", ")}.`;
          throw invalid("/segment", "There is no such segment.", hint);
        }
        const of = { kind: key.kind, contentId: key.id };
        store.insert({ ...consent, ...of, id: uuidv7(), userId, now: clock.now() });
      });
    },

    /** A renewal, or an end when somebody takes it back. @throws {AppError} `not_found`, `invalid` */
    change(
      key: Key,
      id: string,
      changes: Partial<Pick<Consent, "scope" | "validUntil" | "document">>,
    ): Consent[] {
      return change(key, () => {
        const consent = store.of(key.id).find((each) => each.id === id);
        if (!consent) throw notFound("consent", id);
        checkDay(changes.validUntil ?? null);
        store.update(key.id, { ...consent, ...changes });
      });
    },

    /** Of somebody who is not portrayed any more, or was never. @throws {AppError} `not_found` */
    remove(key: Key, id: string): Consent[] {
      return change(key, () => {
        if (!store.remove(key.id, id)) throw notFound("consent", id);
      });
    },

    /** What keeps it from being submitted today. */
    lacksOf(content: Reviewable): ErrorDetail[] {
      return gapsOf(content).map(({ segment, problem }) => {
        const index = content.segments.indexOf(segment ?? "");
        const what =
          problem === "missing"
            ? "the consent of who is portrayed is missing"
            : "the consent of somebody portrayed has ended";
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
