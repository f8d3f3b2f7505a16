import { isDeepStrictEqual } from "node:util";
import { type Clock, toIso } from "../clock.ts";
import type { Transact } from "../db/open.ts";
import { AppError, changedMeanwhile, invalid, notFound } from "../errors.ts";
import type { Desired, DeviceKind } from "../protocol/messages.ts";
import { outermost } from "../protocol/region-code.ts";
import type { DeviceLabels } from "./device.ts";
import type { SoftwareChannelStore } from "./software-channel-store.ts";
import {
  type ManyOutcome,
  type SettingsChange,
  settingsAfter,
  settingsOf,
  type Twin,
  type TwinRow,
  twinOf,
} from "./twin.ts";
import type { TwinStore } from "./twin-store.ts";

/** What became of one of many devices; `version` is the one that its settings are at now. */
export interface ManyResult {
  deviceId: string;
  name: string | null;
  result: ManyOutcome;
  version: number | null;
}

export type WhichDevices =
  | { devices: { id: string; version?: number }[] }
  | { areas: readonly string[]; kinds: readonly DeviceKind[] };

/** Whether a change is meant for a version of the settings. */
type IsFor = (version: number) => boolean;
export type DeviceAddress = Pick<TwinRow, "id" | "regionCode">;

export interface TwinService {
  /** @throws {AppError} `not_found` */
  get(id: string): Twin;
  /**
   * Idempotent: what is so already stays, whatever version it is meant for; but a field that the device does not follow
   * is said to it once more.
   * @param by the name of who does it
   * @throws {AppError} `not_found`; `conflict` for a revoked device; `changed-meanwhile` with the settings as they are
   *   now; `invalid` for an unknown software channel
   */
  change(id: string, change: SettingsChange, isFor: IsFor, by: string): Twin;
  /**
   * In one transaction, with a result for each device: one that is not changed holds up no other.
   * @throws {AppError} `invalid` for an unknown software channel
   */
  changeMany(which: WhichDevices, change: SettingsChange, by: string): ManyResult[];
  /** The regions of those of the devices that exist. */
  regionsOf(ids: readonly string[]): string[];
  /** What the playlist of a device says. @throws {AppError} `not_found` */
  desiredOf(id: string): { desired: Desired; maxKbps: number | null };
  /** Called in the transaction of a change, with those whose playlists it changes, and the volume when one was set. */
  onChange(listener: (devices: DeviceAddress[], volume: number | null) => void): void;
  /** Sees anew whether the halves agree: of a device, of those in an area, or of all. */
  review(of: { device: string } | { area: string } | "all"): void;
  /** The devices of a channel are to run other software. Call inside the transaction. */
  channelChanged(channel: string): void;
}

export interface TwinDependencies {
  store: TwinStore;
  channels: Pick<SoftwareChannelStore, "find">;
  devices: { label(id: string, labels: DeviceLabels): void };
  policy: { effective(regionCode: string): { maxVolume: number }; versionOf(regionCode: string): string };
  transact: Transact;
  clock: Clock;
}

export function createTwinService(deps: TwinDependencies): TwinService {
  const { store, channels, devices, policy, transact, clock } = deps;
  const listeners: ((devices: DeviceAddress[], volume: number | null) => void)[] = [];

  function find(id: string): TwinRow {
    const row = store.find(id);
    if (!row) throw notFound("device", id);
    return row;
  }

  function view(row: TwinRow): Twin {
    const { regionCode } = row;
    const { maxVolume } = policy.effective(regionCode);
    return twinOf(row, { maxVolume, policyVersion: policy.versionOf(regionCode) }, clock.now());
  }

  /** Writes down which differences have begun and which have ended. */
  function settle(row: TwinRow): void {
    store.saveDrifts(row.id, row.drifts, new Map(view(row).drift.map(({ field, since }) => [field, since])));
  }

  function requireChannel({ softwareChannel: id = null }: SettingsChange): void {
    if (id === null || channels.find(id)) return;
    throw invalid("/softwareChannel", `There is no software channel "${id}".`, "Make the channel first.");
  }

  /** Whether the device does otherwise in something that the change names. */
  const lagsIn = (row: TwinRow, change: SettingsChange): boolean =>
    view(row).drift.some(({ field }) => field in change);

  function apply(
    row: TwinRow,
    change: SettingsChange,
    isFor: IsFor,
    by: string,
  ): Exclude<ManyOutcome, "not_found"> {
    if (row.state === "revoked") return "revoked";
    const next = settingsAfter(row, change);
    const isSo = isDeepStrictEqual(next, settingsOf(row));
    // An answer that was lost on its way is no conflict when it is sent again (RFC 9110 §13.1.1).
    if (!isFor(row.version)) return isSo ? "unchanged" : "conflict";
    if (isSo && !lagsIn(row, change)) return "unchanged";
    store.save(row.id, next, row.version + 1, clock.now(), by);
    devices.label(row.id, next);
    const channel = next.softwareChannel === null ? undefined : channels.find(next.softwareChannel);
    settle({ ...row, ...next, version: row.version + 1, software: channel?.software ?? null });
    return "changed";
  }

  function tell(changed: DeviceAddress[], volume: number | null = null): void {
    if (changed.length === 0) return;
    for (const listener of listeners) listener(changed, volume);
  }

  /** Each as it is when its turn comes: one may be named twice. */
  function* chosen(
    which: WhichDevices,
  ): Generator<{ id: string; version?: number; row: TwinRow | undefined }> {
    if ("devices" in which) {
      for (const each of which.devices) yield { ...each, row: store.find(each.id) };
      return;
    }
    for (const row of outermost(which.areas).flatMap(store.enrolledWithin))
      if (which.kinds.includes(row.kind)) yield { id: row.id, row };
  }

  return {
    get: (id) => view(find(id)),

    change(id, change, isFor, by) {
      return transact(() => {
        const row = find(id);
        requireChannel(change);
        const outcome = apply(row, change, isFor, by);
        if (outcome === "revoked") {
          throw new AppError("conflict", "This device is revoked: nothing reaches it any more.", {
            hint: "Create a new device for the replacement.",
          });
        }
        if (outcome === "conflict") throw settingsChanged(row);
        if (outcome === "changed") tell([row], change.volume);
        return view(find(id));
      });
    },

    changeMany(which, change, by) {
      return transact(() => {
        requireChannel(change);
        const changed: TwinRow[] = [];
        const results: ManyResult[] = [];
        for (const { id, version, row } of chosen(which)) {
          if (!row) {
            results.push({ deviceId: id, name: null, result: "not_found", version: null });
            continue;
          }
          const result = apply(row, change, (current) => version === undefined || version === current, by);
          if (result === "changed") changed.push(row);
          const after = row.version + Number(result === "changed");
          results.push({ deviceId: id, name: row.name, result, version: after });
        }
        tell(changed, change.volume);
        return results;
      });
    },

    regionsOf: (ids) => ids.flatMap((id) => store.find(id)?.regionCode ?? []),

    desiredOf(id) {
      const { version, volume, groups, softwareChannel, software, maxKbps, regionCode } = find(id);
      return {
        desired: {
          version,
          ...(volume === null ? {} : { volume }),
          groups,
          policyVersion: policy.versionOf(regionCode),
          ...(softwareChannel === null || software === null
            ? {}
            : { software: { channel: softwareChannel, version: software } }),
        },
        maxKbps,
      };
    },

    onChange: (listener) => void listeners.push(listener),

    review: (of) =>
      transact(() => {
        if (of === "all") for (const row of store.everyEnrolled()) settle(row);
        else if ("area" in of) for (const row of store.enrolledWithin(of.area)) settle(row);
        else settle(find(of.device));
      }),

    channelChanged(channel) {
      const members = store.inChannel(channel);
      for (const row of members) settle(row);
      tell(members);
    },
  };
}

const settingsChanged = ({ version, changedAt, changedBy, ...row }: TwinRow) =>
  changedMeanwhile(
    "Somebody else changed the settings of this device meanwhile.",
    `They are at version ${version} now: look at them and repeat your change.`,
    {
      current: {
        version,
        changedAt: changedAt === null ? null : toIso(changedAt),
        changedBy,
        settings: settingsOf(row),
      },
    },
  );
