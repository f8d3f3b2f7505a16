import { DAY_MS, MINUTE_MS, SECOND_MS } from "../clock.ts";
import { invalid } from "../errors.ts";
import type { AskedFor } from "../people/second-person.ts";
import type { CapSeverity } from "./cap.ts";
import type { Source } from "./interrupt-content.ts";
import type { Interrupt, InterruptClass } from "./interrupt-store.ts";

export const EMERGENCY_STATES = [
  "proposed",
  "confirmed",
  "active",
  "withdrawn",
  "expired",
  "stopped",
  "ended",
] as const;
export type EmergencyState = (typeof EMERGENCY_STATES)[number];

/** A standing alert of some areas, from the proposal to its end. Instants are epoch ms. */
export interface Emergency {
  /** Its interrupt's, and its broadcast's once it has begun. */
  id: string;
  state: EmergencyState;
  /** As a CAP message or the one who proposed it said; `null` when neither did. */
  severity: CapSeverity | null;
  areas: string[];
  until: number;
  /** The one that ends when this begins. */
  replaces: string | null;
  proposedBy: string;
  proposedAt: number;
  confirmedBy: string | null;
  confirmedAt: number | null;
  startedAt: number | null;
  endedAt: number | null;
  stoppedBy: string | null;
  /** Why it ended, or what it waits for. */
  reason: string | null;
}

/** What somebody proposes. */
export interface NewEmergency {
  title: string;
  class: InterruptClass;
  severity: Emergency["severity"];
  source: Exclude<Source, { upload: true }>;
  areas: string[];
  /** Epoch ms. */
  until: number;
  /** Drills only. */
  silent: boolean;
  /** The emergency that ends when this one begins. */
  replaces: string | null;
}

/** What stands, or is to, and what is heard of it. */
export interface EmergencyAir {
  emergency: Emergency;
  interrupt: Interrupt;
}

/** Who did what, by name. */
export interface EmergencyPeople {
  proposed: string;
  confirmed: string | null;
  stopped: string | null;
}

export interface EmergencyView extends EmergencyAir {
  people: EmergencyPeople;
  /** Who proposed it, and who made what is heard. */
  by: string[];
  /** A proposal that nobody confirms expires then, epoch ms. */
  confirmBy: number;
}

/** From the publish to the first sound, for the devices to begin together. */
export const LEAD_MS = 3 * SECOND_MS;
export const PROPOSAL_VALID_MS = 10 * MINUTE_MS;
const MAX_LENGTH_MS = DAY_MS;

export const confirmByOf = ({ proposedAt }: Emergency): number => proposedAt + PROPOSAL_VALID_MS;

const isForgotten = (emergency: Emergency, now: number): boolean =>
  emergency.state === "proposed" && now >= confirmByOf(emergency);

/** @param now epoch ms, as all instants here @throws {AppError} `invalid` */
export function requirePossible(
  { class: of, silent, until }: Pick<NewEmergency, "class" | "silent" | "until">,
  now: number,
): void {
  if (silent && of !== "drill")
    throw invalid("/silent", "Only a drill can be silent.", "Leave `silent` out, or make it a drill.");
  if (until <= now)
    throw invalid("/until", "Its end has passed.", "Give an instant ahead, by at most a day.");
  if (until > now + MAX_LENGTH_MS)
    throw invalid("/until", "An emergency lasts at most a day.", "Replace it by another when it has to.");
}

/** Who has to confirm it, by the rule of two people. */
export const askedForBy = (
  { emergency, by }: Pick<EmergencyView, "emergency" | "by">,
  now: number,
): AskedFor => ({
  by,
  isWaiting: emergency.state === "proposed" && !isForgotten(emergency, now),
});

/** The others that stand, or are about to, in one of its areas: an area has one state at a time. */
export const rivalsOf = ({ id, areas, replaces }: Emergency, open: readonly Emergency[]): Emergency[] =>
  open.filter(
    (other) =>
      other.id !== id &&
      other.id !== replaces &&
      other.confirmedAt !== null &&
      other.areas.some((area) => areas.includes(area)),
  );

/** A drill ends by itself for what is none. */
export const givesWay = (one: InterruptClass, to: InterruptClass): boolean =>
  one === "drill" && to !== "drill";

/** How time alone ends an open one, and why; `null` while it does not. */
export function dueEnd(
  emergency: Emergency,
  now: number,
): { state: "expired" | "ended"; reason: string | null } | null {
  if (isForgotten(emergency, now))
    return { state: "expired", reason: "nobody confirmed it within ten minutes" };
  const isOver = emergency.state !== "proposed" && now >= emergency.until;
  return isOver ? { state: "ended", reason: emergency.reason } : null;
}
