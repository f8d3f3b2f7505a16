import { isDeepStrictEqual } from "node:util";
import { v7 as uuidv7 } from "uuid";
import { type Clock, DAY_MS, MINUTE_MS } from "../clock.ts";
import { invalid, notFound } from "../errors.ts";
import type { EnrolRequest } from "../protocol/http-messages.ts";
import type { DeviceKind, DeviceState, Presence } from "../protocol/messages.ts";
import { codeRange, isWithin, type RegionLevel } from "../protocol/region-code.ts";
import type { RegionService } from "../regions/region-service.ts";
import { verifyMqttPassword } from "./credentials.ts";
import {
  type DeviceIdentity,
  type DeviceLabels,
  type DeviceView,
  identityFrom,
  supersedes,
} from "./device.ts";
import type { DeviceStore } from "./device-store.ts";
import { createEnrolmentService, type EnrolledDevice, type IssuedCode } from "./enrolment-service.ts";
import type { EnrolmentStore } from "./enrolment-store.ts";
import { comingOrGoing, isUnstable } from "./flapping.ts";
import type { DeviceFilter, TelemetryStore } from "./telemetry-store.ts";

/** An enrolled device as a broker's files know it. */
export interface DeviceAccount {
  identity: DeviceIdentity;
  /** `$7$…`, see `hashMqttPassword`. */
  mqttHash: string;
}

/** Whether a device can be reached: since when it is gone, or there. */
export interface DeviceLine {
  deviceId: string;
  regionCode: string;
  goneSince: number | null;
  backSince: number | null;
  isUnstable: boolean;
}

/** A device tells its state every five minutes; whoever says nothing for this long is gone, whatever was its last word. */
const SILENT_MS = 15 * MINUTE_MS;
const SETTLED_MS = 7 * DAY_MS;

interface NewDevice {
  regionCode: string;
  kind: DeviceKind;
  /** The region's name when left out. */
  name?: string;
  tags?: string[];
  groups?: string[];
}

/** Nothing is made, given a code or enrolled where `refuseNew` throws. */
export interface DeviceService {
  /** @throws {AppError} `invalid` for an unknown region */
  create(device: NewDevice): DeviceView;
  /**
   * Gives each region of `level` inside `within` a device of the kind, and a code to enrol it, unless it has one that
   * is not revoked. Repeated, it makes only what is missing. @throws {AppError} `invalid` for an unknown region
   */
  createMissing(
    within: string,
    level: RegionLevel,
    kind: DeviceKind,
    expiresInHours: number,
  ): (DeviceView & IssuedCode)[];
  /** @throws {AppError} `not_found` */
  get(id: string): DeviceView;
  /** Replaces what is given. @throws {AppError} `not_found` */
  label(id: string, labels: Partial<DeviceLabels>): void;
  /** Calls `listener` in the transaction in which tags or groups of a device changed. */
  onLabelled(listener: (deviceId: string) => void): void;
  /** Devices after the id `after`, oldest first; one more than `limit`, when there is one. */
  list(filter: DeviceFilter, after: string, limit: number): DeviceView[];
  /** See `createEnrolmentService`. */
  issueCode(id: string, expiresInHours: number): IssuedCode;
  enrol(request: EnrolRequest): EnrolledDevice;
  /** Codes that ended a week ago or earlier, used or not. */
  forgetCodes(): void;
  /** Idempotent. @throws {AppError} `not_found` */
  revoke(id: string): void;
  authenticateToken(token: string): DeviceIdentity | null;
  authenticateMqtt(username: string, password: string): DeviceIdentity | null;
  /** `null` for a device that does not exist or is not enrolled. */
  identityOf(id: string): DeviceIdentity | null;
  /** Calls `listener` after a device's credentials ceased to work: it was revoked, or enrolled anew. */
  onRevoked(listener: (deviceId: string) => void): void;
  /** Calls `listener` after a device enrolled: the one moment at which its broker password is known. */
  onEnrolled(listener: (identity: DeviceIdentity, mqttPassword: string) => void): void;
  enrolledIds(): string[];
  /** The enrolled devices of these kinds in any of the areas, each once, by region code. */
  enrolledWithin(areas: readonly string[], kinds: readonly DeviceKind[]): DeviceIdentity[];
  /** How many devices of an area are enrolled for a week, by region code: nobody adds those for one evening. */
  settledWithin(area: string): { regionCode: string; devices: number }[];
  /** The ids of those that are connected, by what is last known. */
  online(): Set<string>;
  /** The region codes of the enrolled devices of a kind, in order, as often as they have one. */
  regionsOf(kind: DeviceKind): string[];
  /** Whether it was taken: see `supersedes`. Nothing happens for an unknown device. */
  recordPresence(deviceId: string, presence: Presence): boolean;
  /** Whoever says it is there, also when its coming was not heard. Nothing happens for an unknown device. */
  recordState(deviceId: string, state: DeviceState): boolean;
  /**
   * The line of each enrolled device that was ever heard.
   * @param heardFrom since when the server could have heard it, epoch ms
   * @param unstable those that were unstable the last time
   */
  lines(heardFrom: number, unstable: ReadonlySet<string>): DeviceLine[];
  /** Every enrolled device, for a broker's password and ACL files. */
  accounts(): Iterable<DeviceAccount>;
}

export interface DeviceServiceOptions {
  store: DeviceStore;
  codes: EnrolmentStore;
  telemetry: TelemetryStore;
  regions: Pick<RegionService, "exists" | "get" | "within">;
  /** Throws while no device may come. */
  refuseNew: () => void;
  clock: Clock;
}

export function createDeviceService({
  store,
  codes,
  telemetry,
  regions,
  refuseNew,
  clock,
}: DeviceServiceOptions): DeviceService {
  const listeners = new Set<(deviceId: string) => void>();
  const enrolledListeners: ((identity: DeviceIdentity, mqttPassword: string) => void)[] = [];
  const labelListeners: ((deviceId: string) => void)[] = [];
  const voided = (deviceId: string) => {
    for (const listener of listeners) listener(deviceId);
  };
  const enrolment = createEnrolmentService({
    store,
    codes,
    refuseNew,
    clock,
    onVoided: voided,
    onEnrolled: (identity, mqttPassword) => {
      for (const listener of enrolledListeners) listener(identity, mqttPassword);
    },
  });

  function get(id: string): DeviceView {
    const device = telemetry.view(id);
    if (!device) throw notFound("device", id);
    return device;
  }

  function requireRegion(at: string, code: string): void {
    if (!regions.exists(code)) throw invalid(at, `There is no region ${code}.`, "Import the region first.");
  }

  function insert({ regionCode, kind, name, tags = [], groups = [] }: NewDevice): string {
    const id = uuidv7();
    store.insert({
      id,
      regionCode,
      kind,
      name: name ?? regions.get(regionCode).name,
      createdAt: clock.now(),
    });
    store.setLabels(id, { tags: sorted(tags), groups: sorted(groups) });
    return id;
  }

  return {
    create(device) {
      refuseNew();
      requireRegion("/regionCode", device.regionCode);
      return get(store.inTransaction(() => insert(device)));
    },

    label(id, labels) {
      store.inTransaction(() => {
        const known = store.find(id);
        if (!known) throw notFound("device", id);
        const { tags, groups } = known;
        const next = { tags: sorted(labels.tags ?? tags), groups: sorted(labels.groups ?? groups) };
        if (isDeepStrictEqual(next, { tags, groups })) return;
        store.setLabels(id, next);
        for (const listener of labelListeners) listener(id);
      });
    },

    onLabelled: (listener) => void labelListeners.push(listener),

    createMissing(within, level, kind, expiresInHours) {
      refuseNew();
      requireRegion("/within", within);
      return store.inTransaction(() => {
        const served = new Set(store.regionsServed(codeRange(within), kind));
        return regions
          .within(within, level)
          .filter(({ code }) => !served.has(code))
          .map(({ code, name }) => {
            const id = insert({ regionCode: code, kind, name });
            return { ...get(id), ...enrolment.issueCode(id, expiresInHours) };
          });
      });
    },

    get,
    list: (filter, after, limit) => telemetry.page(filter, after, limit + 1),
    issueCode: enrolment.issueCode,
    forgetCodes: enrolment.forgetCodes,
    enrol: enrolment.enrol,

    revoke(id) {
      if (!store.find(id)) throw notFound("device", id);
      const revoked = store.inTransaction(() => {
        codes.deleteUnused(id);
        return store.markRevoked(id, clock.now());
      });
      if (revoked) voided(id);
    },

    authenticateToken: (token) => store.identityByToken(token) ?? null,

    authenticateMqtt(username, password) {
      const hash = store.mqttHashOf(username);
      const device = hash !== null && verifyMqttPassword(password, hash) ? store.find(username) : undefined;
      return device ? identityFrom(device) : null;
    },

    identityOf(id) {
      const device = store.find(id);
      return device?.state === "enrolled" ? identityFrom(device) : null;
    },

    onRevoked: (listener) => void listeners.add(listener),
    onEnrolled: (listener) => void enrolledListeners.push(listener),
    enrolledIds: store.enrolledIds,

    enrolledWithin(areas, kinds) {
      // Areas either contain each other or are apart: without the inner ones no device is met twice.
      const outermost = [...new Set(areas)].filter(
        (area) => !areas.some((other) => other !== area && isWithin(area, other)),
      );
      return outermost
        .toSorted()
        .flatMap((area) => store.enrolledInRange(codeRange(area), kinds).map(identityFrom));
    },

    settledWithin: (area) => store.settled(codeRange(area), clock.now() - SETTLED_MS),
    online: telemetry.online,
    regionsOf: store.enrolledRegions,

    recordPresence(deviceId, presence) {
      const known = telemetry.presenceOf(deviceId);
      if (!supersedes(presence, known)) return false;
      const now = clock.now();
      const before = known ?? { unrest: 0, unrestAt: now };
      const hasChanged = known !== null && known.online !== presence.online;
      return telemetry.savePresence(
        deviceId,
        presence,
        hasChanged ? comingOrGoing(before, now) : before,
        now,
      );
    },

    lines(heardFrom, unstable) {
      const now = clock.now();
      return telemetry.lines().map(({ deviceId, regionCode, online, heardAt, stateAt, ...unrest }) => {
        const heard = Math.max(heardAt, stateAt ?? 0);
        const isSilent = Math.max(heard, heardFrom) + SILENT_MS < now;
        const goneSince = online === 0 ? heardAt : isSilent ? heard : null;
        return {
          deviceId,
          regionCode,
          goneSince,
          backSince: goneSince === null ? heardAt : null,
          isUnstable: isUnstable(unrest, now, unstable.has(deviceId)),
        };
      });
    },

    recordState(deviceId, state) {
      const now = clock.now();
      const known = telemetry.presenceOf(deviceId);
      // A device says that it goes after all else, and what it says first at its return may have been told while nobody listened.
      if (known?.online === false)
        telemetry.savePresence(deviceId, { ...known, online: true }, comingOrGoing(known, now), now);
      return telemetry.saveState(deviceId, state, now);
    },

    *accounts() {
      for (const { mqttHash, ...device } of store.accounts())
        yield { identity: identityFrom(device), mqttHash };
    },
  };
}

const sorted = (names: readonly string[]): string[] => [...new Set(names)].toSorted();
