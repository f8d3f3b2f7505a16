import { Type } from "typebox";
import { enumOf, Instant, nullable, RegionCode } from "../http/schemas.ts";
import { REGION_LEVELS } from "../protocol/region-code.ts";
import { OUTAGE_KINDS } from "./outage.ts";

export const OutageView = Type.Object({
  id: Type.Integer(),
  kind: enumOf(OUTAGE_KINDS, { description: "`unstable`: it comes and goes" }),
  region: Type.Object({ code: RegionCode, name: Type.String(), level: enumOf(REGION_LEVELS) }),
  device: nullable(
    Type.Object(
      { id: Type.String(), name: Type.String() },
      { description: "null when it is the region's: most of its devices went at once" },
    ),
  ),
  devices: Type.Integer({ description: "How many it concerns" }),
  beganAt: Instant,
  endedAt: nullable(Instant),
});
