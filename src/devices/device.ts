import type { DeviceKind, DeviceState, Presence } from "../protocol/messages.ts";
import { selfAndAncestors } from "../protocol/region-code.ts";
import type { Drift, TwinState } from "./twin.ts";

/** `new` until it enrols; `revoked` is final: a replacement is a new device. */
export const LIFECYCLES = ["new", "enrolled", "revoked"] as const;
export type Lifecycle = (typeof LIFECYCLES)[number];

/** Whether it is connected, by what was last heard of it. */
export const LINES = ["online", "offline", "never"] as const;
export type Line = (typeof LINES)[number];

/** A device as stored; instants are epoch milliseconds. */
export interface DeviceRow {
  id: string;
  regionCode: string;
  kind: DeviceKind;
  name: string;
  state: Lifecycle;
  hardwareId: string | null;
  model: string | null;
  software: string | null;
  createdAt: number;
  enrolledAt: number | null;
  revokedAt: number | null;
  /** What it is called, and the ad-hoc sets that it belongs to; both sorted. */
  tags: string[];
  groups: string[];
}

export type DeviceLabels = Pick<DeviceRow, "tags" | "groups">;

/** A device with what it last said of itself, and in what that differs from what it is to be. */
export interface DeviceView extends DeviceRow {
  regionName: string;
  presence: (Presence & { heardAt: number }) | null;
  reported: (DeviceState & { receivedAt: number }) | null;
  twin: { version: number; state: TwinState; drift: Pick<Drift, "field" | "since">[] };
}

/** Whom a token or a broker password belongs to, and what it may hear. */
export interface DeviceIdentity {
  id: string;
  kind: DeviceKind;
  regionCode: string;
  /** The own region and those around it, nearest first. */
  areas: string[];
  groups: string[];
  tags: string[];
}

export const identityFrom = ({
  id,
  kind,
  regionCode,
  groups,
  tags,
}: Pick<DeviceRow, "id" | "kind" | "regionCode" | "groups" | "tags">): DeviceIdentity => ({
  id,
  kind,
  regionCode,
  areas: selfAndAncestors(regionCode),
  groups,
  tags,
});

/**
 * Whether what a device now says of its presence replaces what is known.
 * - A birth does when it is the later one by the device's clock, or when the boot that is known has ended: a gateway
 *   without a battery clock may begin again in 1970.
 * - An offline of the boot that is known always does: a will carries the instant of its connecting, not of its end.
 * - An offline of another boot is the late will of an older connection, unless it is later than anything known.
 */
export function supersedes(next: Presence, known: Presence | null): boolean {
  if (!known || next.bootId === known.bootId) return true;
  if (next.online && !known.online) return true;
  return next.at > known.at;
}
