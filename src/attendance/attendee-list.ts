import { BOM, csvLine } from "../http/csv.ts";
import { townOf } from "./attendance.ts";
import type { NamedCheckIn } from "./check-in-store.ts";

const READ_AT_ONCE = 500;
const COLUMNS = ["镇街", "村（社区）", "姓名", "支部"];

type Place = Pick<NamedCheckIn, "regionCode" | "id">;

/** Who checked in 签到名单 as a CSV file, page by page. */
export function* attendeeList(
  pageAfter: (after: Place, limit: number) => NamedCheckIn[],
  nameOf: (regionCode: string) => string,
): Generator<string> {
  yield BOM + csvLine(COLUMNS);
  for (let after: Place = { regionCode: "", id: 0 }; ; ) {
    const rows = pageAfter(after, READ_AT_ONCE);
    for (const { regionCode, name, branch } of rows)
      yield csvLine([nameOf(townOf(regionCode)), nameOf(regionCode), name, branch]);
    const last = rows.at(-1);
    if (!last || rows.length < READ_AT_ONCE) return;
    after = last;
  }
}
