import { hash } from "node:crypto";
import type { Broadcast } from "../broadcasts/broadcast.ts";
import type { BroadcastService } from "../broadcasts/broadcast-service.ts";
import { wholeWeeks } from "../broadcasts/minutes-over.ts";
import { type Clock, DAY_MS, MINUTE_MS } from "../clock.ts";
import type { DeviceIdentity } from "../devices/device.ts";
import type { TwinService } from "../devices/twin-service.ts";
import { fetchSlotMs } from "../protocol/fetch-slot.ts";
import type { Playlist } from "../protocol/messages.ts";
import { hasMinutesCap } from "../protocol/minutes-cap.ts";
import type { Scope } from "../protocol/topics.ts";
import type { PolicyService } from "../schedules/policy.ts";
import type { Downlink } from "./downlink.ts";
import type { MediaLinks } from "./media-links.ts";
import { playlistEntries } from "./playlist-entries.ts";

export interface PlaylistVersion {
  revision: number;
  /** Epoch ms; what the payload is computed for, so that the same version gives the same bytes. */
  generatedAt: number;
  /** Strong entity tag without quotes or representation. */
  tag: string;
}

export interface PlaylistService {
  /** As long as nothing changes, a look into memory. Not to be asked inside a transaction that may yet be undone. */
  versionFor(device: DeviceIdentity): PlaylistVersion;
  playlistFor(device: DeviceIdentity, version: PlaylistVersion): Playlist;
}

interface Dependencies {
  broadcasts: Pick<BroadcastService, "forPlaylist">;
  downlink: Pick<Downlink, "newestRevision" | "changeCount">;
  policy: Pick<PolicyService, "effective" | "changeCount">;
  twins: Pick<TwinService, "desiredOf">;
  mediaUrl: MediaLinks;
  streamUrl: MediaLinks;
  /** Of a lecture and a site; `null` where there is none. */
  checkInAddress: (broadcast: Broadcast, regionCode: string) => string | null;
  clock: Clock;
  /** Of the newest key set; a new one also means another signature. */
  keySerial: () => number;
  /** What else the bytes depend on, e.g. the public address. */
  epoch: string;
}

/** What versions are made of beside the device; they hold as long as none of this changes. */
interface Circumstances {
  /** Of what is commanded, and of policies. */
  changes: number;
  policyChanges: number;
  /** Midnight before, epoch ms. */
  today: number;
  keySerial: number;
}

/** Longer than the horizon of 35 days, shorter than what is planned ahead. */
const VALID_MS = 36 * DAY_MS;
const MAX_SLOT_WINDOW_MS = 10 * MINUTE_MS;
const SLOT_WINDOW_SHARE = 1 / 8;

export function createPlaylistService(deps: Dependencies): PlaylistService {
  const {
    broadcasts,
    downlink,
    policy,
    twins,
    mediaUrl,
    streamUrl,
    checkInAddress,
    clock,
    keySerial,
    epoch,
  } = deps;

  const scopesOf = ({ id, areas, groups }: DeviceIdentity): Scope[] => [
    { kind: "device", id },
    ...areas.map((area): Scope => ({ kind: "area", id: area })),
    ...groups.map((group): Scope => ({ kind: "group", id: group })),
  ];

  const known = new WeakMap<DeviceIdentity, { version: PlaylistVersion; of: Circumstances }>();

  let circumstances: Circumstances = { changes: -1, policyChanges: -1, today: -1, keySerial: -1 };

  /** The same object as long as they are the same: a county that polls asks often. */
  function currentCircumstances(): Circumstances {
    const changes = downlink.changeCount();
    const policyChanges = policy.changeCount();
    // A new day gives a new version even without a change: what has aired leaves, and `validUntil` moves on.
    const today = Math.floor(clock.now() / DAY_MS) * DAY_MS;
    const serial = keySerial();
    const before = circumstances;
    const isSame =
      before.changes === changes &&
      before.policyChanges === policyChanges &&
      before.today === today &&
      before.keySerial === serial;
    if (!isSame) circumstances = { changes, policyChanges, today, keySerial: serial };
    return circumstances;
  }

  function makeVersion(device: DeviceIdentity, { today, keySerial: serial }: Circumstances): PlaylistVersion {
    const { revision, changedAt } = downlink.newestRevision(scopesOf(device));
    const generatedAt = Math.max(changedAt, today);
    const tag = hash(
      "sha256",
      JSON.stringify([device.id, revision, generatedAt, policy.effective(device.regionCode), serial, epoch]),
      "base64url",
    );
    return { revision, generatedAt, tag };
  }

  return {
    versionFor(device) {
      const of = currentCircumstances();
      const before = known.get(device);
      if (before?.of === of) return before.version;
      const version = makeVersion(device, of);
      known.set(device, { version, of });
      return version;
    },

    playlistFor(device, { revision, generatedAt }) {
      const validUntil = generatedAt + VALID_MS;
      const own = policy.effective(device.regionCode);
      const monday = wholeWeeks(own.zone, generatedAt, generatedAt + 1).from;
      const week = broadcasts.forPlaylist(device, hasMinutesCap(own) ? monday : generatedAt);
      const entries = playlistEntries(
        week.filter(({ broadcast: { notAfter, endsAt } }) => Math.max(notAfter, endsAt ?? 0) > generatedAt),
        device,
        policy.effective,
        {
          media: (sha256, { notAfter }) => mediaUrl(sha256, Math.max(validUntil, notAfter)),
          stream: (sha256, { notAfter, endsAt }) =>
            streamUrl(sha256, Math.max(validUntil, notAfter, endsAt ?? 0)),
          checkIn: checkInAddress,
        },
        week,
      );
      const deadline = entries.find(({ startAt }) => startAt > generatedAt)?.startAt ?? validUntil;
      // It changes with the revision alone, so that the version need not ask for it.
      const { desired, maxKbps } = twins.desiredOf(device.id);
      const slotWindow = Math.min((deadline - generatedAt) * SLOT_WINDOW_SHARE, MAX_SLOT_WINDOW_MS);
      return {
        version: 1,
        deviceId: device.id,
        generatedAt,
        validUntil,
        revision,
        keySerial: keySerial(),
        policy: own,
        desired,
        fetch: {
          slotOffsetMs: fetchSlotMs(device.id, revision, slotWindow),
          deadline,
          ...(maxKbps === null ? {} : { maxKbps }),
        },
        broadcasts: entries,
      };
    },
  };
}
