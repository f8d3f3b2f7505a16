import { Type } from "typebox";
import { enumOf, Instant, nullable, RegionCode } from "../http/schemas.ts";
import { HINDRANCES } from "./sample-store.ts";

export const SampleView = Type.Object({
  sample: nullable(
    Type.Object({
      madeAt: Instant,
      regionCode: Type.String({ ...RegionCode, description: "Of the county that it is" }),
      name: Type.String(),
    }),
  ),
  hindrance: nullable(enumOf(HINDRANCES, { description: "Why none can be made now" })),
});
