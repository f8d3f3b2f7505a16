import { Type } from "typebox";
import { Instant, nullable, RegionCode } from "../http/schemas.ts";
import { MIN_RATINGS } from "./attendance.ts";

/** How the API shows how many were at a lecture; no names. */

const count = Type.Integer({ minimum: 0 });
export const SiteCountView = Type.Object({
  regionCode: RegionCode,
  name: Type.String(),
  checkedIn: count,
  headcount: nullable(
    Type.Integer({
      description: "Counted in the room, also those who had checked in; null where nobody did",
    }),
  ),
  attended: Type.Integer({ description: "The headcount, and without one who checked in" }),
});
const TownCountView = Type.Object({
  ...SiteCountView.properties,
  sites: Type.Integer({ description: "Villages and communities that the lecture is for" }),
  reported: Type.Integer({ description: "Of these, how many anything is known of" }),
  ratings: Type.Object({
    count,
    mean: nullable(Type.Number({ description: `1 … 5; null of fewer than ${MIN_RATINGS}` })),
  }),
});
const SpanView = Type.Object({ from: Instant, until: Instant });
export const AttendanceView = Type.Object({
  checkIn: SpanView,
  feedback: SpanView,
  towns: Type.Array(TownCountView),
});
