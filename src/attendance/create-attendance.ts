import type { AuditLog } from "../audit/audit-log.ts";
import type { Broadcast } from "../broadcasts/broadcast.ts";
import type { BroadcastService } from "../broadcasts/broadcast-service.ts";
import type { Clock } from "../clock.ts";
import type { Config } from "../config.ts";
import { createTransact, type Database, emptyLog } from "../db/open.ts";
import type { ServerSecrets } from "../db/server-secrets.ts";
import type { RegionService } from "../regions/region-service.ts";
import { isLecture, isSite } from "./attendance.ts";
import { createAttendanceService } from "./attendance-service.ts";
import { createAttendedPeople } from "./attended-person-service.ts";
import { createCheckInLinks } from "./check-in-link.ts";
import { createCheckIns } from "./check-in-service.ts";
import { createCheckInStore } from "./check-in-store.ts";
import { createFeedbackStore } from "./feedback-store.ts";
import { createHeadcountStore } from "./headcount-store.ts";

interface Dependencies {
  db: Database;
  config: Pick<Config, "freezeMs" | "attendanceKeepMs" | "publicUrl">;
  secrets: ServerSecrets;
  broadcasts: Pick<BroadcastService, "get">;
  regions: Pick<RegionService, "get" | "within">;
  audit: Pick<AuditLog, "note">;
  clock: Clock;
}

/** Who was at the lectures, and what they thought of them. */
export function createAttendance({ db, config, secrets, broadcasts, regions, audit, clock }: Dependencies) {
  const { freezeMs, publicUrl } = config;
  const checkIns = createCheckInStore(db);
  const feedback = createFeedbackStore(db);
  const transact = createTransact(db);
  const links = createCheckInLinks(secrets.secret("check-in-key"));
  return {
    checkInLinks: links,
    checkIns: createCheckIns({
      checkIns,
      feedback,
      links,
      broadcasts,
      regions,
      transact,
      clock,
      freezeMs,
    }),
    attendance: createAttendanceService({
      checkIns,
      headcounts: createHeadcountStore(db),
      feedback,
      broadcasts,
      regions,
      audit,
      transact,
      clock,
      emptyLog: () => emptyLog(db),
      freezeMs,
      keepMs: config.attendanceKeepMs,
    }),
    attendedPeople: createAttendedPeople({
      checkIns,
      key: secrets.secret("erasure-key"),
      transact,
      emptyLog: () => emptyLog(db),
      clock,
    }),
    /** What a terminal shows, so that its room can check in; `null` where nobody knows by what address it is reached. */
    checkInAddress: (broadcast: Broadcast, regionCode: string): string | null =>
      publicUrl !== null && isLecture(broadcast) && isSite(broadcast, regionCode)
        ? links.addressOf(publicUrl, { broadcastId: broadcast.id, regionCode })
        : null,
  };
}
