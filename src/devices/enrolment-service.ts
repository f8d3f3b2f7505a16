import { type Clock, DAY_MS, HOUR_MS, toIso } from "../clock.ts";
import { AppError, invalid, notFound } from "../errors.ts";
import type { EnrolRequest } from "../protocol/http-messages.ts";
import { generateSecret, hashMqttPassword, hashToken } from "./credentials.ts";
import { type DeviceIdentity, identityFrom } from "./device.ts";
import type { DeviceStore } from "./device-store.ts";
import { enrolmentCodeHash, generateEnrolmentCode } from "./enrolment-code.ts";
import type { EnrolmentStore } from "./enrolment-store.ts";

export interface IssuedCode {
  code: string;
  /** Epoch milliseconds. */
  expiresAt: number;
}

/** The secrets are shown here once and kept nowhere. */
export interface EnrolledDevice {
  identity: DeviceIdentity;
  token: string;
  mqttPassword: string;
}

export interface EnrolmentOptions {
  store: DeviceStore;
  codes: EnrolmentStore;
  /** Throws while no device may come. */
  refuseNew: () => void;
  clock: Clock;
  /** Called after commit for each device whose earlier credentials ceased to work. */
  onVoided: (deviceId: string) => void;
  /** Called after commit, and after `onVoided`. */
  onEnrolled: (identity: DeviceIdentity, mqttPassword: string) => void;
}

/** How long somebody who types an old code is told that it was used, or when it ended. */
const REMEMBERED_MS = 7 * DAY_MS;
/** Whoever makes codes for one village must not reach a device of another by naming its hardware. */
const enrolledElsewhere = () =>
  new AppError("conflict", "This hardware is enrolled in another region.", {
    hint: "Have it revoked there first; the code is still good.",
  });
const NEW_CODE_HINT = "Ask the county for a new enrolment code.";

export function createEnrolmentService(options: EnrolmentOptions) {
  const { store, codes, refuseNew, clock, onVoided, onEnrolled } = options;
  /**
   * Makes the one code that enrols the device; its earlier unused ones end.
   * @throws {AppError} `not_found`, `conflict` for a revoked device
   */
  function issueCode(deviceId: string, expiresInHours: number): IssuedCode {
    refuseNew();
    const code = generateEnrolmentCode();
    const now = clock.now();
    const expiresAt = now + expiresInHours * HOUR_MS;
    store.inTransaction(() => {
      const device = store.find(deviceId);
      if (!device) throw notFound("device", deviceId);
      if (device.state === "revoked") {
        throw new AppError("conflict", "The device was revoked.", {
          hint: "Create a new device in its place.",
        });
      }
      codes.deleteUnused(deviceId);
      codes.insertCode({ codeHash: enrolmentCodeHash(code) ?? "", deviceId, now, expiresAt });
    });
    return { code, expiresAt };
  }

  /** The device a code is good for. Whoever knows the code may learn why it no longer is. */
  function redeem(typed: string, kind: EnrolRequest["kind"], now: number) {
    const codeHash = enrolmentCodeHash(typed);
    const row = codeHash === null ? undefined : codes.findCode(codeHash);
    const device = row && store.find(row.deviceId);
    if (!row || !device) {
      throw new AppError("unauthorized", "The enrolment code is not known.", {
        hint: `Check the typing. ${NEW_CODE_HINT}`,
      });
    }
    if (row.usedAt !== null) {
      throw new AppError("conflict", `The enrolment code was used at ${toIso(row.usedAt)}.`, {
        hint: NEW_CODE_HINT,
      });
    }
    if (row.expiresAt <= now) {
      throw new AppError("unauthorized", `The enrolment code expired at ${toIso(row.expiresAt)}.`, {
        hint: NEW_CODE_HINT,
      });
    }
    if (device.kind !== kind) {
      throw invalid(
        "/kind",
        `The code is for a ${device.kind}, not a ${kind}.`,
        "The code is still good for the right device.",
      );
    }
    codes.markUsed(row.codeHash, now);
    return device;
  }

  /**
   * Spends a code and gives the device fresh credentials; its earlier ones, and those of any other device of the region
   * with the same hardware, stop working. Not idempotent: when the answer is lost, a new code is needed.
   * @throws {AppError} `unauthorized` (unknown, expired), `conflict` (used, or not spent: the hardware is enrolled in
   *   another region), `invalid` (another kind; not spent)
   */
  function enrol({ code, hardwareId, kind, model, software }: EnrolRequest): EnrolledDevice {
    refuseNew();
    const now = clock.now();
    const token = generateSecret();
    const mqttPassword = generateSecret();
    const voided: string[] = [];
    const device = store.inTransaction(() => {
      const device = redeem(code, kind, now);
      const previous = store.findByHardware(hardwareId);
      if (previous && previous.id !== device.id) {
        if (previous.regionCode !== device.regionCode) throw enrolledElsewhere();
        store.markRevoked(previous.id, now);
        codes.deleteUnused(previous.id);
        voided.push(previous.id);
      }
      if (device.state === "enrolled") voided.push(device.id);
      const secrets = { tokenHash: hashToken(token), mqttHash: hashMqttPassword(mqttPassword) };
      store.markEnrolled({ id: device.id, hardwareId, model, software, ...secrets, now });
      return device;
    });
    for (const id of voided) onVoided(id);
    const identity = identityFrom(device);
    onEnrolled(identity, mqttPassword);
    return { identity, token, mqttPassword };
  }

  return { issueCode, enrol, forgetCodes: () => codes.deleteExpired(clock.now() - REMEMBERED_MS) };
}
