import { Button } from "antd";
import { type ChangeEvent, useEffect, useId, useRef } from "react";
import { useTranslation } from "react-i18next";

/** A year that is being typed is `0002`, `0020` and `0202` first. */
const FIRST = "2000-01";

interface Props {
  month: string;
  onMonth: (month: string) => void;
}

/** `2026-12`, so many months on. */
function monthAfter(month: string, months: number): string {
  const [year = 0, number = 1] = month.split("-").map(Number);
  return new Date(Date.UTC(year, number - 1 + months)).toISOString().slice(0, 7);
}

export function MonthField({ month, onMonth }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  // The browser keeps what is typed by halves, so it is given a value only where it has another.
  useEffect(() => {
    const { current } = input;
    if (current && current.value !== month) current.value = month;
  }, [month]);
  const choose = ({ target }: ChangeEvent<HTMLInputElement>) => {
    if (target.checkValidity() && target.value >= FIRST) onMonth(target.value);
  };
  return (
    <div className="filters unprinted">
      <Button onClick={() => onMonth(monthAfter(month, -1))}>{t("reports.monthBefore")}</Button>
      <span>
        <label htmlFor={id}>{t("registers.month")}</label>{" "}
        <input
          id={id}
          ref={input}
          type="month"
          defaultValue={month}
          required
          pattern="[0-9]{4}-(0[1-9]|1[0-2])"
          onChange={choose}
        />
      </span>
      <Button onClick={() => onMonth(monthAfter(month, 1))}>{t("reports.monthAfter")}</Button>
    </div>
  );
}
