import { Temporal } from "temporal-polyfill";
import type { Broadcast } from "../broadcasts/broadcast.ts";
import type { BroadcastService } from "../broadcasts/broadcast-service.ts";
import type { Targets } from "../broadcasts/targets.ts";
import { AppError } from "../errors.ts";
import { outermost } from "../protocol/region-code.ts";
import type { ReportService } from "../reports/report-service.ts";
import type { Announcement } from "./announcement.ts";
import type { AnnouncementService } from "./announcement-service.ts";
import type { Source } from "./interrupt-content.ts";

/** What puts a broadcast right, ready to be edited and aired. */
export interface Correction {
  title: string;
  text: string;
  targets: Targets;
}

export interface CorrectionService {
  /** @throws {AppError} `not_found`, or `conflict` when no device has reported that it was heard */
  draft(broadcastId: string): Correction;
  /** Airs it now, where the broadcast was heard. @param source instead of the ready text */
  air(broadcastId: string, source: Source | null, userId: string): Promise<Announcement>;
}

interface Dependencies {
  broadcasts: Pick<BroadcastService, "get" | "targets" | "isFor">;
  reports: Pick<ReportService, "proofOf">;
  announcements: Pick<AnnouncementService, "create">;
  /** IANA, of the county. */
  zone: string;
}

const MAX_TITLE = 200;

export function createCorrectionService(deps: Dependencies): CorrectionService {
  const { broadcasts, reports, announcements, zone } = deps;

  /** The regions with a device that began it, and there only what it was for. */
  function heardBy(broadcast: Broadcast): Targets {
    const { areas, kinds, exclude, groups, tags } = broadcast;
    const { devices } = reports.proofOf(broadcast.id, broadcasts.targets(broadcast), (deviceId) =>
      broadcasts.isFor(broadcast, deviceId),
    );
    const hearers = devices.filter(({ startedAt }) => startedAt !== null);
    if (hearers.length === 0) {
      throw new AppError("conflict", "No device has reported that this was heard.", {
        hint: "Wait for the reports, or make an announcement for the areas that you know of.",
      });
    }
    const isEverywhere = hearers.length === devices.length;
    // A device of a town or county speaks there; its whole area is more than what heard it, and not less.
    const regions = hearers.map(({ regionCode }) => regionCode);
    return { areas: isEverywhere ? areas : outermost(regions), kinds, exclude, groups, tags };
  }

  function draft(broadcastId: string): Correction {
    const broadcast = broadcasts.get(broadcastId);
    const local = Temporal.Instant.fromEpochMilliseconds(broadcast.startAt).toZonedDateTimeISO(zone);
    const name = [broadcast.programme, broadcast.title].filter(Boolean).join("，");
    return {
      title: `更正：${broadcast.title || broadcast.programme}`.slice(0, MAX_TITLE),
      text: `更正。${local.month}月${local.day}日${local.hour}点${local.minute}分播出的${name}，内容有误，请不要采信。正确内容请以后续通知为准。`,
      targets: heardBy(broadcast),
    };
  }

  return {
    draft,
    air(broadcastId, source, userId) {
      const { title, text, targets } = draft(broadcastId);
      return announcements.create(
        {
          title,
          class: "announcement",
          source: source ?? { text },
          targets,
          startAt: null,
          notAfter: null,
          volume: null,
          repeats: 1,
          silent: false,
          corrects: broadcastId,
        },
        userId,
      );
    },
  };
}
