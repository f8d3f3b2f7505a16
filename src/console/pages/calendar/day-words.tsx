import { useTranslation } from "react-i18next";
import type { CalendarDay, CountyPolicy } from "../../api-types.ts";
import { spanText } from "../../parts/hours-text.ts";
import { useSay } from "../../parts/say.ts";
import { lunarDayWords, lunarMonthWords } from "./rule-words.ts";

/** What a day is by the lunar calendar and the public holidays. */
export function DayNotes({ day }: { day: CalendarDay }) {
  const { t } = useTranslation();
  const say = useSay();
  const { lunar, kind, holiday } = day;
  return (
    <span className="day-notes">
      {lunar && (
        <span className="lunar">
          {lunar.day === 1
            ? t(lunar.isLeap ? "calendar.leapMonth" : "calendar.lunarMonth", {
                month: lunarMonthWords(say, lunar.month),
              })
            : t("calendar.lunarDay", { day: lunarDayWords(say, lunar.day) })}
        </span>
      )}
      {holiday !== null && (
        <span className="holiday" title={t("calendar.dayOff", { name: holiday })}>
          {holiday}
        </span>
      )}
      {holiday === null && kind === "workday" && isWeekend(day.date) && (
        <span className="make-up">{t("calendar.makeUp")}</span>
      )}
    </span>
  );
}

const isWeekend = (date: string) => [0, 6].includes(new Date(`${date}T00:00:00Z`).getUTCDay());

/** Quiet hours that only this date has, as of an exam. */
export function SpecialQuiet({ date, policy }: { date: string; policy: CountyPolicy | undefined }) {
  const { t } = useTranslation();
  const hours = policy?.quietHours.filter(({ dates }) => dates?.includes(date)) ?? [];
  return hours.map((window) => (
    <span key={window.from} className="quiet-note">
      {t("calendar.quiet", { hours: spanText(window) })}
    </span>
  ));
}
