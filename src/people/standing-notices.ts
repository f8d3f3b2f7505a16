import { HOUR_MS } from "../clock.ts";
import type { Config } from "../config.ts";

/** As shipped: more than half of a county. */
const SHIPPED_PERCENT = 50;
const SHIPPED_SETTLES_HOURS = 24;

/** What of the server's settings an administrator and an auditor should know of for as long as it is so. */
export function standingNotices({
  secondFactorRequired,
  countyWidePercent,
  accessSettlesAfterMs,
}: Pick<Config, "secondFactorRequired" | "countyWidePercent" | "accessSettlesAfterMs">): string[] {
  const notices: string[] = [];
  if (!secondFactorRequired)
    notices.push("SECOND_FACTOR is optional: a password alone is enough to interrupt what is heard.");
  if (countyWidePercent !== SHIPPED_PERCENT)
    notices.push(
      `COUNTY_WIDE_PERCENT is ${countyWidePercent} instead of ${SHIPPED_PERCENT}: what no more of a county would hear in its quiet hours takes one person.`,
    );
  const settlesHours = accessSettlesAfterMs / HOUR_MS;
  if (settlesHours < SHIPPED_SETTLES_HOURS)
    notices.push(
      `ACCESS_SETTLES_HOURS is ${settlesHours} instead of ${SHIPPED_SETTLES_HOURS}: whoever lets somebody in counts as another person after that.`,
    );
  return notices;
}
