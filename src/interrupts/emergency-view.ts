import { type Static, Type } from "typebox";
import { toIso } from "../clock.ts";
import { enumOf, Instant, nullable, RegionCode, Uuid } from "../http/schemas.ts";
import type { MediaService } from "../media/media-service.ts";
import { CAP_SEVERITIES } from "./cap.ts";
import { EMERGENCY_STATES, type EmergencyView } from "./emergency.ts";
import { InterruptView, viewInterrupt } from "./interrupt-view.ts";

const instantOrNull = nullable(Instant);
export const Severity = enumOf(CAP_SEVERITIES, {
  description: "Threat to life or property, as CAP 1.2 grades it (§3.2.2)",
});

export const EmergencyBody = Type.Object({
  ...InterruptView.properties,
  class: enumOf(["announcement", "drill", "emergency"]),
  state: enumOf(EMERGENCY_STATES),
  severity: nullable(Severity),
  areas: Type.Array(RegionCode),
  until: Instant,
  replaces: nullable(Uuid),
  proposedBy: Uuid,
  by: Type.Array(Uuid, {
    description: "Who proposed it, and who sent or spoke what is heard: none of them confirms it",
  }),
  proposedAt: Instant,
  confirmBy: Type.String({ ...Instant, description: "A proposal that nobody confirms expires then" }),
  confirmedBy: nullable(Uuid),
  confirmedAt: instantOrNull,
  startedAt: instantOrNull,
  endedAt: instantOrNull,
  stoppedBy: nullable(Uuid),
  people: Type.Object(
    { proposed: Type.String(), confirmed: nullable(Type.String()), stopped: nullable(Type.String()) },
    { description: "Who did it, by name" },
  ),
  reason: nullable(Type.String({ description: "Why it ended, or what it waits for" })),
});

const instant = (at: number | null): string | null => (at === null ? null : toIso(at));

export const viewEmergency = (
  media: MediaService,
  { emergency, interrupt, people, by, confirmBy }: EmergencyView,
): Static<typeof EmergencyBody> => ({
  ...viewInterrupt(media, interrupt),
  ...emergency,
  class: interrupt.class,
  until: toIso(emergency.until),
  proposedAt: toIso(emergency.proposedAt),
  confirmBy: toIso(confirmBy),
  people,
  by,
  confirmedAt: instant(emergency.confirmedAt),
  startedAt: instant(emergency.startedAt),
  endedAt: instant(emergency.endedAt),
});
