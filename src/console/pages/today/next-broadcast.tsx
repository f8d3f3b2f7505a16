import { useTranslation } from "react-i18next";
import type { Broadcast } from "../../api-types.ts";
import { countdownText, dateText, timeText } from "../../format.js";
import { InterruptBadge, StateBadge } from "../../parts/badges.tsx";
import { useNow } from "../../parts/now.ts";
import { reasonText } from "../../server-words.js";
import { BroadcastName } from "./broadcast-link.tsx";
import { Readiness } from "./readiness.tsx";

const COMING = new Set(["planned", "ready", "frozen"]);
/** A start of a moment ago stays until the server has moved it on. */
const STAYS_MS = 10_000;

/** @param now epoch ms */
export const nextOf = (broadcasts: Broadcast[], now: number): Broadcast | null =>
  broadcasts.find(({ state, startAt }) => COMING.has(state) && Date.parse(startAt) > now - STAYS_MS) ?? null;

export function NextBroadcast({ next }: { next: Broadcast | null }) {
  const { t } = useTranslation();
  return (
    <section className="panel next">
      <h2>{t("today.next")}</h2>
      {next === null ? (
        <>
          <p className="quiet-text">{t("today.noNext")}</p>
          <p className="hint">{t("today.noNextHint")}</p>
        </>
      ) : (
        <>
          <Countdown startAt={Date.parse(next.startAt)} />
          <p>
            {dateText(next.startAt)} {timeText(next.startAt)}
          </p>
          <p className="panel-what">
            <StateBadge state={next.state} /> <InterruptBadge of={next} /> <BroadcastName broadcast={next} />
          </p>
          {next.state === "planned" && (
            <div className="warning">
              <p>{t("today.notReady", { reason: reasonText(next.reason ?? "") })}</p>
              {next.class === "daily" ? (
                <a href="#/programmes">{t("today.toProgrammes")}</a>
              ) : (
                <a href="#/announcements">{t("today.toAnnouncements")}</a>
              )}
            </div>
          )}
          <Readiness key={next.id} broadcastId={next.id} />
        </>
      )}
    </section>
  );
}

function Countdown({ startAt }: { startAt: number }) {
  const { t } = useTranslation();
  const now = useNow();
  return (
    <p className="countdown">
      <span className="countdown-label">{t("today.startsIn")}</span>
      <span className="countdown-time" role="timer">
        {startAt > now ? countdownText(startAt - now) : t("today.starting")}
      </span>
    </p>
  );
}
