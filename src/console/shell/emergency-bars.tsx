import { useTranslation } from "react-i18next";
import { may } from "../api.js";
import type { Emergency } from "../api-types.ts";
import { countdownText } from "../format.js";
import { listEmergencies } from "../interrupts.ts";
import { isDrill, isOwn, stopNow } from "../parts/emergency-acts.ts";
import { LeftToConfirm } from "../parts/left-to-confirm.tsx";
import { useNow } from "../parts/now.ts";
import { useLive } from "./live-query.ts";
import { refreshPage } from "./refresh.ts";
import { type TextKey, term } from "./texts.ts";

/** What stands or waits for a second person, on every page: nobody may overlook it, and whoever may stop a broadcast may end it. */

const MOST = 20;
const ORDER = ["active", "confirmed", "proposed"];

export function EmergencyBars() {
  // What stood a moment ago is taken to stand while nothing is heard of it.
  const { data } = useLive({
    key: ["emergencies", "open"],
    load: (signal) => listEmergencies({ limit: MOST, open: "true" }, signal),
    topics: ["interrupts"],
  });
  const open = data?.items.toSorted((one, other) => ORDER.indexOf(one.state) - ORDER.indexOf(other.state));
  return (
    <div className="alert-bars">
      {open?.map((emergency) => (
        <Bar key={emergency.id} emergency={emergency} />
      ))}
    </div>
  );
}

function Bar({ emergency }: { emergency: Emergency }) {
  const { t } = useTranslation();
  const { title, state, until, confirmBy } = emergency;
  const isWaiting = state === "proposed";
  const isActive = state === "active";
  const look = isDrill(emergency) ? "drill" : isActive ? "standing" : "waiting";
  const waits = isOwn(emergency) ? "alert.waitsForOther" : "alert.waitsForYou";
  return (
    <div className={`alert-bar ${look}`}>
      <div className="alert-bar-inner">
        {/* Without the time that is left, which would be read out every second. */}
        <div className="alert-words" role="alert">
          <strong className="alert-kind">{term("class", emergency.class)}</strong>
          <a href="#/announcements/emergencies">{title}</a>
          <span>{t(isWaiting ? waits : (`alert.${state}` as TextKey))}</span>
        </div>
        {isWaiting ? <LeftToConfirm until={confirmBy} /> : <Left until={until} />}
        {may("broadcasts:stop") && (
          <button
            type="button"
            aria-label={t(isActive ? "alert.stopLabel" : "alert.withdrawLabel", { title })}
            onClick={() => void stopNow(emergency, refreshPage)}
          >
            {t(isActive ? "emergency.stop" : "emergency.withdraw")}
          </button>
        )}
      </div>
    </div>
  );
}

function Left({ until }: { until: string }) {
  const { t } = useTranslation();
  return (
    <span className="number">{t("alert.left", { time: countdownText(Date.parse(until) - useNow()) })}</span>
  );
}
