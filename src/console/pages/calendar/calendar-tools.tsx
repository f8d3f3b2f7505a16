import { Button } from "antd";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { may, serverNow } from "../../api.js";
import { dayOf } from "../../format.js";
import { useProgrammes } from "../../parts/programmes.ts";
import { RegionSelect } from "../../parts/region-select.tsx";
import { addDays, addMonths, isDate, isMonth, monthOf } from "./dates.ts";
import type { Looked } from "./looked.ts";

interface Props {
  looked: Looked;
  onLook: (changes: Partial<Looked>) => void;
}

/** Ways to another time, programme or place. */
export function CalendarTools({ looked: { view, date, region, programme }, onLook }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const programmes = useProgrammes();
  const isDay = view === "timeline";
  const step = (by: number) =>
    onLook({ date: isDay ? addDays(date, by) : `${addMonths(monthOf(date), by)}-01` });
  return (
    <div className="filters calendar-tools">
      <div className="date-steps">
        <Button
          aria-label={t(isDay ? "calendar.dayBefore" : "calendar.monthBefore")}
          onClick={() => step(-1)}
        >
          ‹
        </Button>
        <Button onClick={() => onLook({ date: dayOf(serverNow()) })}>{t("calendar.today")}</Button>
        <Button aria-label={t(isDay ? "calendar.dayAfter" : "calendar.monthAfter")} onClick={() => step(1)}>
          ›
        </Button>
        {isDay ? (
          <input
            type="date"
            aria-label={t("schedule.date")}
            value={date}
            onChange={({ target }) => isDate(target.value) && onLook({ date: target.value })}
          />
        ) : (
          <input
            type="month"
            aria-label={t("registers.month")}
            value={monthOf(date)}
            onChange={({ target }) => isMonth(target.value) && onLook({ date: `${target.value}-01` })}
          />
        )}
      </div>
      <div>
        <label htmlFor={`${id}-programme`}>{t("column.programme")}</label>{" "}
        <select
          id={`${id}-programme`}
          value={programme}
          onChange={({ target }) => onLook({ programme: target.value })}
        >
          <option value="">{t("calendar.allProgrammes")}</option>
          {programmes.data?.map(({ id: each, title }) => (
            <option key={each} value={title}>
              {title}
            </option>
          ))}
        </select>
      </div>
      <div>
        <label htmlFor={`${id}-region`}>{t("calendar.region")}</label>{" "}
        <RegionSelect
          id={`${id}-region`}
          value={region}
          onChange={(code) => onLook({ region: code ?? null })}
          onClear={() => onLook({ region: null })}
        />
      </div>
      {may("timetable:edit") && (
        <Button type="primary" href="#/calendar/schedules/new">
          {t("schedule.new")}
        </Button>
      )}
    </div>
  );
}
