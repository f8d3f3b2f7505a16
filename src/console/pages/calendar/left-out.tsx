import { useTranslation } from "react-i18next";
import { read } from "../../api.js";
import type { NextDate, Page, Schedule } from "../../api-types.ts";
import { query } from "../../resources.js";
import { useLive } from "../../shell/live-query.ts";

const PAGE = 200;
/** As far as the server looks for anything that is left to air. */
const AHEAD_DAYS = 400;
const BARRED = new Set<NextDate["code"]>(["holidays-unknown", "skipped"]);

/** What is no part of an exported file: all that is left of it waits for holidays that are not published. */
export function LeftOut() {
  const { t } = useTranslation();
  const { data = [] } = useLive<Schedule[]>({
    key: ["schedules", "left-out"],
    load: readLeftOut,
    topics: ["timetable"],
  });
  if (data.length === 0) return null;
  return (
    <div className="warning">
      <p>{t("sharing.leftOut")}</p>
      <ul>
        {data.map(({ id, name }) => (
          <li key={id}>
            <a href={`#/calendar/schedules/${id}`}>{name}</a>
          </li>
        ))}
      </ul>
    </div>
  );
}

async function readLeftOut(signal: AbortSignal): Promise<Schedule[]> {
  const bound = (await readAll(signal)).filter(({ ended, rule }) => !ended && rule.onlyOn !== undefined);
  const dates = await Promise.all(
    bound.map(async ({ id }) => {
      const path = `/schedules/${id}/preview${query({ days: AHEAD_DAYS })}`;
      const { items }: { items: NextDate[] } = await read(path, signal);
      return items;
    }),
  );
  return bound.filter((_, index) => isLeftOut(dates[index] ?? []));
}

const isLeftOut = (dates: readonly NextDate[]): boolean =>
  dates.some(({ code }) => code === "holidays-unknown") && dates.every(({ code }) => BARRED.has(code));

async function readAll(signal: AbortSignal, cursor: string | null = null): Promise<Schedule[]> {
  const page: Page<Schedule> = await read(`/schedules${query({ limit: PAGE, cursor })}`, signal);
  return page.nextCursor === null ? page.items : [...page.items, ...(await readAll(signal, page.nextCursor))];
}
