import { APPROVAL_LOST, CONSENT_LOST } from "./broadcasts/office-words.ts";
import { type Clock, MINUTE_MS } from "./clock.ts";
import type { Services } from "./services.ts";

/** What follows from what, across the domains: each part tells what happened to it, and here stands who is told. */
export function joinServices(parts: Services, clock: Clock): void {
  const {
    transact,
    keys,
    devices,
    regions,
    downlink,
    emergencies,
    twins,
    reviews,
    broadcasts,
    planner,
    conflicts,
    consents,
    programmes,
    schedules,
    media,
    announcements,
    expectAir,
    conductor,
    policy,
    reports,
    sample,
  } = parts;

  function contentLost(contentId: string, reason: string, userId: string | null): void {
    broadcasts.contentLost(contentId, reason, userId);
    announcements.contentLost(contentId, reason, userId);
  }

  keys.onRotated(() => {
    transact(() => downlink.playlistChanged(regions.roots(), null));
    emergencies.republish();
  });
  devices.onLabelled(broadcasts.deviceChanged);
  devices.onRevoked((device) => twins.review({ device }));
  twins.onChange((changed, volume) => {
    downlink.devicePlaylistsChanged(changed.map(({ id }) => id));
    // Heard at once by who is there; whoever is not finds it in the playlist.
    if (volume !== null)
      downlink.send({
        type: "volume",
        body: { volume },
        audience: { devices: changed.map(({ id }) => id) },
        authorityOver: changed.map(({ regionCode }) => regionCode),
        class: "daily",
        notAfter: clock.now() + MINUTE_MS,
      });
  });
  reviews.onApprovalChange(({ programmeId, contentId, isApproved, goesOn, userId }) => {
    if (!isApproved && !goesOn) contentLost(contentId, APPROVAL_LOST, userId);
    announcements.recheck();
    planner.planAll(programmeId);
    conflicts.changed();
  });
  consents.onChange(({ programmeId, contentId, isLost, userId }) => {
    if (isLost) contentLost(contentId, CONSENT_LOST, userId);
    announcements.recheck();
    planner.planAll(programmeId);
    conflicts.changed();
  });
  programmes.onReviewChange(({ id }) => {
    announcements.recheck();
    planner.planAll(id);
    conflicts.changed();
  });
  broadcasts.onCancelled(({ scheduleId }) => {
    if (scheduleId !== null) planner.plan(schedules.get(scheduleId));
  });
  // What was approved before its renditions had to be made again.
  media.onSettled((compositionId) => {
    reviews.checkBytes(compositionId);
    planner.planAll();
    conflicts.changed();
  });
  media.onSettled(announcements.tick);
  media.onSettled(emergencies.tick);
  // What airs first is rendered first.
  media.onQueued(expectAir);
  schedules.onChange((schedule, before) => {
    planner.plan(schedule, before);
    conflicts.changed();
    conductor.tick();
  });
  policy.onChange(({ area, holdsOther }) => {
    if (area === null) planner.planAll();
    else planner.planWithin(area);
    conflicts.changed();
    // Devices keep the hours that hold.
    if (!holdsOther) return;
    downlink.playlistChanged(area === null ? regions.roots() : [area], null);
    twins.review(area === null ? "all" : { area });
  });
  sample.onRemoved(conflicts.changed);
  reports.onRecord((deviceId, { type, commandId, broadcastId }) => {
    if (type === "received" && commandId !== undefined) downlink.acknowledge(commandId, deviceId);
    // What has aired after all is not to air again on the next date.
    if (type !== "started" || broadcastId === undefined) return;
    if (broadcasts.confirmAired(broadcastId, deviceId)) planner.planAll();
  });
}
