import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { may } from "../../api.js";
import type { Emergency } from "../../api-types.ts";
import { dateText, momentText, timeText } from "../../format.js";
import { areaNames } from "../../parts/air-preview.tsx";
import { Badge, InterruptBadge } from "../../parts/badges.tsx";
import { isDrill, isOwn, stopNow } from "../../parts/emergency-acts.ts";
import { LeftToConfirm } from "../../parts/left-to-confirm.tsx";
import { openDialog } from "../../parts/opened-dialogs.tsx";
import { reasonText } from "../../server-words.js";
import { refreshPage } from "../../shell/refresh.ts";
import { term } from "../../shell/texts.ts";
import { EmergencyConfirm } from "./emergency-confirm.tsx";
import { hasSound, ReadySound } from "./ready-sound.tsx";

export interface Shown {
  emergency: Emergency;
  regions: string[];
}

const LOOKS: Record<Emergency["state"], [tone: string, sign: string]> = {
  proposed: ["warn", "…"],
  confirmed: ["warn", "✓"],
  active: ["emergency", "●"],
  withdrawn: ["plain", "×"],
  expired: ["plain", "×"],
  stopped: ["plain", "■"],
  ended: ["plain", "✓"],
};
const OPEN = new Set<Emergency["state"]>(["proposed", "confirmed", "active"]);

/** Whether it waits or stands. */
export const isOpen = ({ state }: Emergency): boolean => OPEN.has(state);

export function EmergencyCard({ shown }: { shown: Shown }) {
  const { t } = useTranslation();
  const { emergency } = shown;
  const looks = ["card interrupt", isDrill(emergency) && "drill", emergency.state === "active" && "standing"];
  return (
    <li className={looks.filter(Boolean).join(" ")}>
      <div>
        <About shown={shown} />
      </div>
      <div className="recording">
        {isOpen(emergency) && !hasSound(emergency.renditions) && (
          <p className="loading">{t("emergency.soundIsMade")}</p>
        )}
        <ReadySound renditions={emergency.renditions} />
      </div>
      {isOpen(emergency) && <Actions emergency={emergency} />}
    </li>
  );
}

function About({ shown: { emergency, regions } }: { shown: Shown }) {
  const { t } = useTranslation();
  const { id, title, text, state, severity, areas, until, proposedAt, people, reason, startedAt } = emergency;
  const [tone, sign] = LOOKS[state];
  const facts = [
    areaNames(regions, areas.length),
    t("emergency.until", { time: momentText(until) }),
    t("emergency.by", { name: people.proposed, time: `${dateText(proposedAt)} ${timeText(proposedAt)}` }),
  ];
  return (
    <>
      <h3>
        <InterruptBadge of={emergency} />
        {startedAt === null ? title : <a href={`#/broadcasts/${id}`}>{title}</a>}
        <Badge tone={tone} sign={sign} text={t(`emergency.state.${state}`)} />
        {severity !== null && <span className="badge">{term("severity", severity)}</span>}
      </h3>
      <p className="fact">{facts.join(" · ")}</p>
      {people.confirmed !== null && (
        <p className="fact">{t("emergency.confirmedBy", { name: people.confirmed })}</p>
      )}
      {people.stopped !== null && (
        <p className="fact">{t("emergency.stoppedBy", { name: people.stopped })}</p>
      )}
      {reason !== null && <p className="reason">{reasonText(reason)}</p>}
      {text !== null && <p className="spoken">{text}</p>}
    </>
  );
}

function Actions({ emergency }: { emergency: Emergency }) {
  const { t } = useTranslation();
  const { state, confirmBy } = emergency;
  const isWaiting = state === "proposed";
  return (
    <div className="buttons">
      {isWaiting && <LeftToConfirm until={confirmBy} />}
      {isWaiting && <SecondPerson emergency={emergency} />}
      {may("broadcasts:stop") && (
        <Button danger onClick={() => void stopNow(emergency, refreshPage)}>
          {t(state === "active" ? "emergency.stop" : "emergency.withdraw")}
        </Button>
      )}
    </div>
  );
}

function SecondPerson({ emergency }: { emergency: Emergency }) {
  const { t } = useTranslation();
  if (isOwn(emergency)) return <p className="second-person">{t("emergency.needsOther")}</p>;
  if (!may("emergencies:confirm")) return <p className="second-person">{t("alert.waitsForYou")}</p>;
  const ask = () => openDialog((close) => <EmergencyConfirm emergency={emergency} onClose={close} />);
  return (
    <Button type="primary" danger={!isDrill(emergency)} onClick={ask}>
      {t("emergency.confirm")}
    </Button>
  );
}
