import { Button } from "antd";
import i18next from "i18next";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { durationText } from "../format.js";
import type { SendState } from "../live-sender.ts";
import { reachedAreas } from "../parts/air-preview.tsx";
import { InterruptBadge } from "../parts/badges.tsx";
import { useLostFocus } from "../parts/focus.ts";
import { LevelMeter } from "../parts/level-meter.tsx";
import { ProblemNotice } from "../parts/notices.tsx";
import { useNow } from "../parts/now.ts";
import { askToStopOne } from "../parts/stop-dialogs.tsx";
import { useStore } from "../parts/store.ts";
import { isOver, onAir, type Speaking } from "./on-air.ts";

/** Whoever speaks live is told so on every page, until it is over: who hears it, for how long, how loud, how far behind. */

const AREAS_NAMED = 6;
const MINUTE_MS = 60_000;
const seconds = (ms: number) => Math.round(ms / 1000);

export function OnAirBar() {
  const { speaking } = useStore(onAir);
  return speaking && <Bar key={speaking.announcement.id} speaking={speaking} />;
}

function Bar({ speaking }: { speaking: Speaking }) {
  const { t } = useTranslation();
  const { announcement, preview, level, state } = speaking;
  const isDrill = announcement.class === "drill";
  const isEnded = isOver(state);
  const looks = ["on-air", isDrill && "drill", state.isCut && !isEnded && "cut", isEnded && "over"];
  return (
    <section className={looks.filter(Boolean).join(" ")} aria-label={t("live.onAir")}>
      <div className="on-air-inner">
        <strong className="on-air-sign" role="status">
          {t(isEnded ? "live.over" : "live.onAir")}
        </strong>
        <span className="on-air-title">{announcement.title}</span>
        {isDrill && <InterruptBadge of={announcement} />}
        <Elapsed speaking={speaking} />
        {!isEnded && <LevelMeter level={level} />}
        {isEnded ? <HasSpoken id={announcement.id} /> : <Speaks speaking={speaking} />}
        <p className="on-air-who">
          {t("live.who", {
            areas: reachedAreas(preview, AREAS_NAMED),
            total: preview.devices.total,
            online: preview.devices.online,
          })}
        </p>
        <p className="on-air-state" aria-live="polite">
          {isEnded ? endText(state) : stateText(state)}
        </p>
        <div aria-live="assertive">{state.problem !== null && <ProblemNotice error={state.problem} />}</div>
      </div>
    </section>
  );
}

function stateText({ isCut, waitingMs, delayMs }: SendState): string {
  if (isCut) return i18next.t("live.cut", { seconds: seconds(waitingMs) });
  if (delayMs === null) return i18next.t("live.preparing");
  return i18next.t("live.delay", { seconds: seconds(delayMs) });
}

function endText({ endedBy, delayMs }: SendState): string {
  const why = endedBy === null ? "" : i18next.t(`live.endedBy.${endedBy}`);
  if (endedBy === "stopped" || delayMs === null) return why;
  return `${why} ${i18next.t("live.stillHeard", { seconds: seconds(delayMs) })}`;
}

function Elapsed({ speaking: { announcement, elapsedMs } }: { speaking: Speaking }) {
  useNow();
  const longestMs = (announcement.live?.longestMinutes ?? 0) * MINUTE_MS;
  return (
    <span className="elapsed" role="timer">
      {durationText(elapsedMs())} / {durationText(longestMs)}
    </span>
  );
}

function Speaks({ speaking }: { speaking: Speaking }) {
  const { t } = useTranslation();
  const { announcement, end, onChange } = speaking;
  const first = useRef<HTMLButtonElement>(null);
  useLostFocus(first);
  return (
    <div className="buttons">
      <Button ref={first} type="primary" onClick={end}>
        {t("live.end")}
      </Button>
      <Button danger onClick={() => askToStopOne(announcement.broadcast, onChange)}>
        {t("live.stop")}
      </Button>
    </div>
  );
}

function HasSpoken({ id }: { id: string }) {
  const { t } = useTranslation();
  const first = useRef<HTMLButtonElement>(null);
  useLostFocus(first);
  return (
    <div className="buttons">
      <a href={`#/broadcasts/${id}`}>{t("live.see")}</a>
      <Button ref={first} onClick={() => onAir.set({ speaking: null })}>
        {t("action.close")}
      </Button>
    </div>
  );
}
