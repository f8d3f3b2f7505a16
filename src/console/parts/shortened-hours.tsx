import { useTranslation } from "react-i18next";
import { send } from "../api.js";
import type { ShortenedHours } from "../api-types.ts";
import { momentText } from "../format.js";
import { hoursText } from "./hours-text.ts";
import { namesOf, SecondPersonButton } from "./second-person-button.tsx";

interface Props {
  hours: ShortenedHours;
  onConfirmed: () => void;
}

/** Quiet hours of a county that were made shorter, until a second person has confirmed them. */
export function AwaitedHours({ hours, onConfirmed }: Props) {
  const { t } = useTranslation();
  const { regionCode, regionName, before, now, shortenedBy, at, version } = hours;
  const whose = regionName ?? t("second.everywhere");
  const none = t(regionCode === null ? "second.noHours" : "second.noOwnHours");
  const nowText = now.length === 0 ? none : t("second.hoursNow", { hours: hoursText(now) });
  return (
    <div className="warning" role="alert">
      <p>
        <strong>{t("second.hours", { whose })}</strong> ·{" "}
        {t("second.shortenedBy", { names: namesOf(shortenedBy), time: momentText(at) })}
      </p>
      <p>{t("second.hoursBefore", { hours: hoursText(before) })}</p>
      <p>{nowText}</p>
      <p>{t("second.hoursCount")}</p>
      <SecondPersonButton
        by={shortenedBy}
        confirm={() => send("POST", "/policy/shortened-hours/confirm", { regionCode, version })}
        what={t("second.hours", { whose })}
        onConfirmed={onConfirmed}
      />
    </div>
  );
}
