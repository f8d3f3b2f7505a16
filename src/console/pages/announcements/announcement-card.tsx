import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { may } from "../../api.js";
import type { Announcement } from "../../api-types.ts";
import { dateText, timeText } from "../../format.js";
import { InterruptBadge, StateBadge } from "../../parts/badges.tsx";
import { awaitedText, isAwaited } from "../../parts/second-person.ts";
import { askToStopOne } from "../../parts/stop-dialogs.tsx";
import { TargetText } from "../../parts/target-text.tsx";
import { reasonText } from "../../server-words.js";
import { refreshPage } from "../../shell/refresh.ts";
import type { Shown } from "./announcement-data.ts";
import { ReadySound } from "./ready-sound.tsx";
import { SecondPersonPart } from "./second-person.tsx";

const STOPPABLE = new Set(["planned", "ready", "frozen", "on_air"]);
const moment = (at: string) => `${dateText(at)} ${timeText(at)}`;

/** An announcement or a drill, with what became of it. */
export function AnnouncementCard({ shown }: { shown: Shown }) {
  const { announcement } = shown;
  return (
    <li className={announcement.class === "drill" ? "card interrupt drill" : "card interrupt"}>
      <div>
        <About shown={shown} />
      </div>
      <div className="recording">
        <ReadySound renditions={announcement.renditions} />
      </div>
      <div className="buttons">
        <SecondPersonPart announcement={announcement} />
        <Stop announcement={announcement} />
      </div>
    </li>
  );
}

function Stop({ announcement: { broadcast } }: { announcement: Announcement }) {
  const { t } = useTranslation();
  if (!STOPPABLE.has(broadcast.state) || !may("broadcasts:stop")) return null;
  return (
    <Button danger onClick={() => askToStopOne(broadcast, refreshPage)}>
      {t(broadcast.state === "on_air" ? "interrupt.stop" : "interrupt.cancel")}
    </Button>
  );
}

function About({ shown: { announcement, proof } }: { shown: Shown }) {
  const { t } = useTranslation();
  const { title, text, broadcast, repeat, corrects, live, people, createdAt } = announcement;
  const { id, state, reason, startAt, targets } = broadcast;
  return (
    <>
      <h3>
        <InterruptBadge of={announcement} />
        {live !== null && <span className="badge">{t("live.badge")}</span>}
        <a href={`#/broadcasts/${id}`}>{title}</a>
        <StateBadge state={state} />
      </h3>
      <p className="fact">
        {moment(startAt)} · <TargetText targets={targets} />
        {repeat > 1 && ` · ${t("interrupt.times", { count: repeat })}`}
      </p>
      <p className="fact">{t("interrupt.by", { name: people.created, time: moment(createdAt) })}</p>
      {corrects !== null && (
        <p>
          <a href={`#/broadcasts/${corrects}`}>{t("correction.of")}</a>
        </p>
      )}
      {people.confirmed !== null && (
        <p className="fact">{t("emergency.confirmedBy", { name: people.confirmed })}</p>
      )}
      {isAwaited(announcement) ? (
        <p className="reason">{awaitedText(announcement)}</p>
      ) : (
        reason !== null && <p className="reason">{reasonText(reason)}</p>
      )}
      {text !== null && <p className="spoken">{text}</p>}
      {proof !== null && <ProofLine proof={proof} />}
    </>
  );
}

function ProofLine({ proof: { devices, atLeast, unknown } }: { proof: NonNullable<Shown["proof"]> }) {
  const { t } = useTranslation();
  return (
    <p className="fact">
      {t("interrupt.proof", { devices, started: atLeast.started, finished: atLeast.finished })}
      {unknown > 0 && ` · ${t("interrupt.unknown", { count: unknown })}`}
    </p>
  );
}
