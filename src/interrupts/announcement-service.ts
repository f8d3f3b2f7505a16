import type { BaseLogger } from "pino";
import { v7 as uuidv7 } from "uuid";
import type { Broadcast } from "../broadcasts/broadcast.ts";
import type { BroadcastService } from "../broadcasts/broadcast-service.ts";
import { playableItems } from "../broadcasts/playable-items.ts";
import type { Targets } from "../broadcasts/targets.ts";
import type { NewInterrupt, Unscheduled } from "../broadcasts/unscheduled.ts";
import { type Clock, DAY_MS, MINUTE_MS } from "../clock.ts";
import type { Transact } from "../db/open.ts";
import { AppError, invalid, notFound } from "../errors.ts";
import type { MediaService, Upload } from "../media/media-service.ts";
import type { InterruptContent, Source } from "./interrupt-content.ts";
import type { Interrupt, InterruptClass, InterruptRecord, InterruptStore } from "./interrupt-store.ts";

export interface NewAnnouncement {
  title: string;
  class: Exclude<InterruptClass, "emergency">;
  source: Source;
  targets: Targets;
  /** Epoch ms; `null` is as soon as it can be heard. */
  startAt: number | null;
  /** It begins no later than this; `null` is half an hour after its start. */
  notAfter: number | null;
  volume: number | null;
  repeats: number;
  silent: boolean;
  corrects: string | null;
}

export interface Announcement {
  interrupt: Interrupt;
  broadcast: Broadcast;
}

export interface AnnouncementService {
  /** @throws {AppError} `invalid`, `not_found`, and what speech has to say */
  create(announcement: NewAnnouncement, userId: string): Promise<Announcement>;
  /** @throws {AppError} `not_found` */
  get(id: string): Announcement;
  /** Newest first; `before` is the last id of the page before. */
  page(before: string, limit: number): Announcement[];
  /** What is heard, unless it has a recording. @throws {AppError} `not_found`, `conflict` */
  useAsset(id: string, sha256: string): Announcement;
  uploadRecording(id: string, upload: Upload): Promise<Announcement>;
  /** Makes ready whatever has its recording rendered; safe to call at any interval. */
  tick(): void;
  compositions(): string[];
}

interface Dependencies {
  store: InterruptStore;
  content: InterruptContent;
  media: MediaService;
  unscheduled: Unscheduled;
  broadcasts: Pick<BroadcastService, "get">;
  regions: { exists(code: string): boolean };
  /** Something became ready: lead it on at once. */
  onReady: () => void;
  transact: Transact;
  clock: Clock;
  log: BaseLogger;
}

const GRACE_MS = 30 * MINUTE_MS;
const MAX_GRACE_MS = DAY_MS;
const MAX_AHEAD_MS = 40 * DAY_MS;
const NO_RECORDING = "its recording has not been sent yet";
const NOT_RENDERED = "it is not transcoded yet";

/** Announcements and drills: broadcasts that somebody airs once, now or at a time. */
export function createAnnouncementService(deps: Dependencies): AnnouncementService {
  const { store, content, media, unscheduled, broadcasts, regions, transact, clock, log } = deps;

  function get(id: string): Announcement {
    const interrupt = store.get(id);
    if (!interrupt || interrupt.class === "emergency") throw notFound("announcement", id);
    return { interrupt, broadcast: broadcasts.get(id) };
  }

  function timesOf({ startAt, notAfter }: NewAnnouncement): Pick<NewInterrupt, "startAt" | "notAfter"> {
    const now = clock.now();
    if (startAt !== null && startAt < now) {
      throw invalid("/startAt", "This moment has passed.", "Leave `startAt` out to air it now.");
    }
    const start = startAt ?? now;
    const end = notAfter ?? start + GRACE_MS;
    if (start > now + MAX_AHEAD_MS) {
      throw invalid("/startAt", "An announcement is at most 40 days ahead.", "Make it a schedule instead.");
    }
    if (end <= start || end > start + MAX_GRACE_MS) {
      throw invalid("/notAfter", "It must lie after the start, by at most a day.");
    }
    return { startAt: start, notAfter: end };
  }

  function check({ targets, silent, class: of }: NewAnnouncement): void {
    if (silent && of !== "drill") throw invalid("/silent", "Only a drill can be silent.");
    requireRegions("/targets/regions", targets.areas, regions);
    requireRegions("/targets/exclude", targets.exclude, regions);
  }

  function use(interrupt: InterruptRecord, sha256: string, startAt: number): void {
    const compositionId = content.compose(interrupt, sha256, interrupt.marks, startAt);
    store.setRecording({ id: interrupt.id, assetSha256: sha256, compositionId });
  }

  function attach(id: string, sha256: string): void {
    transact(() => {
      const { interrupt, broadcast } = get(id);
      if (interrupt.assetSha256 !== null || broadcast.state !== "planned") {
        throw new AppError("conflict", "It has its recording, or does not wait for one any more.", {
          hint: "Stop it and make another.",
        });
      }
      use(interrupt, sha256, broadcast.startAt);
    });
  }

  function settle(broadcast: Broadcast): void {
    const interrupt = store.get(broadcast.id);
    // What is stopped or missed meanwhile is not looked at any more.
    if (!interrupt || clock.now() >= broadcast.notAfter) return;
    const { compositionId, title, repeats } = interrupt;
    if (compositionId === null) return unscheduled.wait(broadcast, NO_RECORDING);
    const parts = Array.from({ length: repeats }, () => ({ title, compositionId }));
    const whyNot = media.whyNotAirable(compositionId);
    const items = whyNot === null ? playableItems(media, parts, broadcast.kinds) : null;
    if (items === null) return unscheduled.wait(broadcast, whyNot ?? NOT_RENDERED);
    unscheduled.makeReady(broadcast, items);
    deps.onReady();
  }

  return {
    get,
    compositions: store.compositions,
    page: (before, limit) =>
      store.page(before, limit).map((interrupt) => ({ interrupt, broadcast: broadcasts.get(interrupt.id) })),

    async create(announcement, userId) {
      check(announcement);
      timesOf(announcement);
      const { class: of, title, source, repeats, silent, corrects, targets, volume } = announcement;
      const sound = await content.prepare(source, { class: of, silent });
      return transact(() => {
        const times = timesOf(announcement);
        const interrupt: InterruptRecord = {
          id: uuidv7(),
          class: of,
          title,
          ...sound,
          compositionId: null,
          repeats,
          silent,
          corrects,
          createdBy: userId,
          createdAt: clock.now(),
        };
        store.insert(interrupt);
        const whyNot = sound.assetSha256 === null ? NO_RECORDING : NOT_RENDERED;
        unscheduled.plan({ ...interrupt, ...times, targets, volume }, whyNot);
        if (sound.assetSha256 !== null) use(interrupt, sound.assetSha256, times.startAt);
        return get(interrupt.id);
      });
    },

    useAsset(id, sha256) {
      if (!media.assetOf(sha256)) throw notFound("recording", sha256);
      attach(id, sha256);
      return get(id);
    },

    async uploadRecording(id, upload) {
      get(id);
      await media.receiveUpload(upload, ({ sha256 }) => attach(id, sha256));
      return get(id);
    },

    tick() {
      for (const broadcast of unscheduled.waiting()) {
        try {
          settle(broadcast);
        } catch (error) {
          log.error({ err: error, broadcastId: broadcast.id }, "an announcement could not be made ready");
        }
      }
    },
  };
}

/** @throws {AppError} `invalid`, with each that is not known */
export function requireRegions(
  at: string,
  codes: readonly string[],
  regions: { exists(code: string): boolean },
): void {
  const details = codes.flatMap((code, index) =>
    regions.exists(code) ? [] : [{ at: `${at}/${index}`, message: `${code} is not a known region.` }],
  );
  if (details.length === 0) return;
  throw new AppError("invalid", "It is for regions that are not known.", {
    details,
    hint: "Import them first: POST /api/v1/regions/import.",
  });
}
