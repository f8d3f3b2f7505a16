import { Button } from "antd";
import { type RefObject, useCallback, useEffect, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { useListening } from "../../parts/listening.ts";

const STEP_S = 5;
const RATES = [1, 1.25, 1.5, 2];
/** Keys mean something else there. */
const TYPES_OR_PLAYS = "input, textarea, select, button, a, summary, audio, video, dialog";

/** What is written next is about this moment. */
const mark = (desk: HTMLElement | null) => desk?.querySelector<HTMLElement>(".comment-text")?.focus();

/** @param desk where what is said about a moment is written */
export function PlayerTools({ desk }: { desk: RefObject<HTMLElement | null> }) {
  const { t } = useTranslation();
  const id = useId();
  const listening = useListening();
  const [rate, setRate] = useState(1);
  const changeRate = useCallback(
    (next: number) => {
      setRate(next);
      listening.setRate(next);
    },
    [listening],
  );

  useEffect(() => {
    const rateBy = (by: number) =>
      changeRate(RATES[Math.min(RATES.length - 1, Math.max(0, RATES.indexOf(rate) + by))] ?? 1);
    const keys: Record<string, () => void> = {
      " ": listening.playOrPause,
      ArrowLeft: () => listening.seekBy(-STEP_S),
      ArrowRight: () => listening.seekBy(STEP_S),
      ">": () => rateBy(1),
      "<": () => rateBy(-1),
      m: () => mark(desk.current),
    };
    function onKey(event: KeyboardEvent) {
      const { target, key } = event;
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (target instanceof Element && target.closest(TYPES_OR_PLAYS)) return;
      const act = keys[key.length === 1 ? key.toLowerCase() : key];
      if (!act) return;
      event.preventDefault();
      act();
    }
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [listening, rate, changeRate, desk]);

  return (
    <>
      <div className="buttons player-tools">
        <Button onClick={() => listening.seekBy(-STEP_S)}>{t("review.back", { s: STEP_S })}</Button>
        <Button onClick={listening.playOrPause}>{t("review.playPause")}</Button>
        <Button onClick={() => listening.seekBy(STEP_S)}>{t("review.ahead", { s: STEP_S })}</Button>
        <label htmlFor={id}>{t("review.speed")}</label>
        <select id={id} value={rate} onChange={({ target }) => changeRate(Number(target.value))}>
          {RATES.map((value) => (
            <option key={value} value={value}>{`${value}×`}</option>
          ))}
        </select>
        <Button onClick={() => mark(desk.current)}>{t("review.mark")}</Button>
      </div>
      <p className="hint keys-hint">{t("review.keys", { s: STEP_S })}</p>
    </>
  );
}
