import type { BaseLogger } from "pino";
import { v7 as uuidv7 } from "uuid";
import type { Broadcast } from "../broadcasts/broadcast.ts";
import type { BroadcastService } from "../broadcasts/broadcast-service.ts";
import { playableItems } from "../broadcasts/playable-items.ts";
import type { Refusal } from "../broadcasts/refusal.ts";
import type { Unscheduled } from "../broadcasts/unscheduled.ts";
import { type Clock, MINUTE_MS } from "../clock.ts";
import type { Transact } from "../db/open.ts";
import { AppError, notFound } from "../errors.ts";
import type { MediaService, Upload } from "../media/media-service.ts";
import {
  type Announcement,
  type NewAnnouncement,
  NOT_SPOKEN,
  requirePossible,
  requireRegions,
  timesOf,
} from "./announcement.ts";
import type { Confirmations } from "./confirmations.ts";
import type { InterruptContent } from "./interrupt-content.ts";
import type { AnnouncementFilter, Interrupt, InterruptRecord, InterruptStore } from "./interrupt-store.ts";
import type { LiveStore } from "./live/live-store.ts";

export interface AnnouncementService {
  /** @throws {AppError} `invalid`, `not_found`, and what speech has to say */
  create(announcement: NewAnnouncement, userId: string): Promise<Announcement>;
  /** @throws {AppError} `not_found` */
  get(id: string): Announcement;
  /** Newest first. */
  page(filter: AnnouncementFilter, limit: number): Announcement[];
  /** What is heard, unless it has a recording. @throws {AppError} `not_found`, `conflict` */
  useAsset(id: string, sha256: string, userId: string): Announcement;
  uploadRecording(id: string, upload: Upload, userId: string): Promise<Announcement>;
  /**
   * As the second person: it airs, or its maker may speak. Idempotent for the one who confirmed.
   * @throws {AppError} `not_found`; `conflict` when it does not wait; `forbidden` for who made it
   */
  confirm(id: string, userId: string): Announcement;
  /** What was spoken live becomes its recording. Idempotent. @param path a file that is moved away */
  keepSpoken(id: string, path: string): Promise<void>;
  /** Takes back into planning, with the reason, what is ready and may not be heard at its start any more. */
  recheck(): void;
  /** Stops what is frozen or on air with a recording of content that may not be heard any more. @param userId who is the reason, `null` for the server */
  contentLost(contentId: string, reason: string, userId: string | null): void;
  /** Why programme content that it airs may not be heard at its start; `null` for anything else. */
  whyNotHearable(broadcast: Broadcast): Refusal | null;
  /** Makes ready whatever has its recording rendered; safe to call at any interval. */
  tick(): void;
  compositions(): string[];
}

interface Dependencies {
  store: InterruptStore;
  voices: Pick<LiveStore, "get">;
  content: InterruptContent;
  confirmations: Confirmations;
  media: MediaService;
  unscheduled: Unscheduled;
  broadcasts: Pick<BroadcastService, "get" | "stop">;
  regions: { exists(code: string): boolean };
  /** Something became ready: lead it on at once. */
  onReady: () => void;
  transact: Transact;
  clock: Clock;
  log: BaseLogger;
}

const NO_RECORDING = "its recording has not been sent yet";
const NOT_RENDERED = "it is not transcoded yet";

/** Announcements and drills: broadcasts that somebody airs once, now or at a time. */
export function createAnnouncementService(deps: Dependencies): AnnouncementService {
  const {
    store,
    voices,
    content,
    confirmations,
    media,
    unscheduled,
    broadcasts,
    regions,
    transact,
    clock,
    log,
  } = deps;

  function get(id: string): Announcement {
    const interrupt = store.get(id);
    if (!interrupt || interrupt.class === "emergency") throw notFound("announcement", id);
    return withBroadcast(interrupt);
  }

  const withBroadcast = (interrupt: Interrupt): Announcement => ({
    interrupt,
    broadcast: broadcasts.get(interrupt.id),
    voice: interrupt.longestMs === null ? null : voices.get(interrupt.id),
    confirmation: confirmations.of(interrupt),
  });

  function check(announcement: NewAnnouncement): void {
    requirePossible(announcement);
    timesOf(announcement, clock.now());
    requireRegions("/targets/regions", announcement.targets.areas, regions);
    requireRegions("/targets/exclude", announcement.targets.exclude, regions);
  }

  function use(interrupt: InterruptRecord, sha256: string, airAt: number | null): void {
    const compositionId = content.compose(interrupt, sha256, interrupt.marks, airAt);
    store.setRecording({ id: interrupt.id, assetSha256: sha256, compositionId });
  }

  /** Asks for a second person, if it takes one, of what is to be heard by now. */
  function ask(id: string, userId: string): Announcement {
    const { interrupt, broadcast } = get(id);
    confirmations.ask(interrupt, broadcast, userId);
    return get(id);
  }

  function attach(id: string, sha256: string, userId: string): void {
    transact(() => {
      const { interrupt, broadcast } = get(id);
      const isWaiting = interrupt.assetSha256 === null && interrupt.longestMs === null;
      if (!isWaiting || broadcast.state !== "planned") {
        throw new AppError("conflict", "It has its recording, or does not wait for one any more.", {
          hint: "Stop it and make another.",
        });
      }
      content.requireHearable(sha256);
      use(interrupt, sha256, broadcast.startAt);
      ask(id, userId);
    });
  }

  function whyNotHearable({ id, contentKind, startAt }: Broadcast): Refusal | null {
    const sha256 = contentKind === "announcement" ? store.get(id)?.assetSha256 : null;
    return sha256 ? content.whyNotHearable(sha256, Math.max(startAt, clock.now())) : null;
  }

  function settle(broadcast: Broadcast): void {
    const interrupt = store.get(broadcast.id);
    // What is stopped or missed meanwhile is not looked at any more.
    if (!interrupt || interrupt.longestMs !== null || clock.now() >= broadcast.notAfter) return;
    const { compositionId, title, repeats } = interrupt;
    if (confirmations.of(interrupt)?.confirmedBy === null) return;
    if (compositionId === null) return unscheduled.wait(broadcast, NO_RECORDING);
    const refusal = whyNotHearable(broadcast);
    if (refusal) return unscheduled.wait(broadcast, refusal.text, refusal.code);
    const parts = Array.from({ length: repeats }, () => ({ title, compositionId }));
    const whyNot = media.whyNotAirable(compositionId);
    const items = whyNot === null ? playableItems(media, parts, broadcast.kinds) : null;
    if (items === null) return unscheduled.wait(broadcast, whyNot ?? NOT_RENDERED);
    // Last, since it counts who would hear it.
    if (confirmations.isAwaited(interrupt, broadcast)) return;
    unscheduled.makeReady(broadcast, items);
    deps.onReady();
  }

  return {
    get,
    compositions: store.compositions,
    page: (filter, limit) => store.page(filter, limit).map(withBroadcast),

    async create(announcement, userId) {
      check(announcement);
      const { class: of, title, source, repeats, silent, corrects, targets, volume } = announcement;
      const longestMs = "live" in source ? source.live.longestMinutes * MINUTE_MS : null;
      const sound = await content.prepare(source, { class: of, silent }, userId);
      return transact(() => {
        const times = timesOf(announcement, clock.now());
        const interrupt: InterruptRecord = {
          id: uuidv7(),
          class: of,
          title,
          ...sound,
          compositionId: null,
          longestMs,
          repeats,
          silent,
          corrects,
          createdBy: userId,
          createdAt: clock.now(),
        };
        store.insert(interrupt);
        const planned = { ...interrupt, ...times, targets, volume };
        const isThere = sound.assetSha256 !== null;
        if (longestMs !== null) unscheduled.plan(planned, "live", NOT_SPOKEN);
        else unscheduled.plan(planned, "announcement", isThere ? NOT_RENDERED : NO_RECORDING);
        if (sound.assetSha256 !== null) use(interrupt, sound.assetSha256, times.startAt);
        return ask(interrupt.id, userId);
      });
    },

    confirm(id, userId) {
      transact(() => {
        const { interrupt, broadcast } = get(id);
        confirmations.confirm(interrupt, broadcast, userId);
      });
      settle(get(id).broadcast);
      return get(id);
    },

    useAsset(id, sha256, userId) {
      if (!media.assetOf(sha256)) throw notFound("recording", sha256);
      attach(id, sha256, userId);
      return get(id);
    },

    async uploadRecording(id, upload, userId) {
      get(id);
      await media.receiveUpload({ ...upload, makerId: userId }, ({ sha256 }) => attach(id, sha256, userId));
      return get(id);
    },

    async keepSpoken(id, path) {
      const { interrupt } = get(id);
      if (interrupt.assetSha256 !== null) return;
      const upload = {
        path,
        originalName: `${interrupt.title}（现场）`,
        makerId: interrupt.createdBy,
      };
      await media.receiveUpload(upload, ({ sha256 }) => use(interrupt, sha256, null));
    },

    whyNotHearable,

    recheck() {
      for (const broadcast of unscheduled.ready()) {
        const refusal = whyNotHearable(broadcast);
        if (refusal) unscheduled.unready(broadcast, refusal);
      }
    },

    contentLost(contentId, reason, userId) {
      for (const broadcast of unscheduled.liveWithRecordingOf(contentId)) {
        if (whyNotHearable(broadcast)) broadcasts.stop(broadcast.id, reason, userId);
      }
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
