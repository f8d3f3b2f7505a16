import { Button } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { may } from "../../api.js";
import type { BroadcastWithProof } from "../../api-types.ts";
import { dateText, momentText, timeText } from "../../format.js";
import { InterruptBadge, StateBadge } from "../../parts/badges.tsx";
import { openCorrection } from "../../parts/correction.tsx";
import { askToStopOne } from "../../parts/stop-dialogs.tsx";
import { TargetText } from "../../parts/target-text.tsx";
import { reasonText } from "../../server-words.js";
import { term } from "../../shell/texts.ts";

const STOPPABLE = new Set(["planned", "ready", "frozen", "on_air"]);

interface Props {
  broadcast: BroadcastWithProof;
  onStopped: () => void;
}

/** What it is, when and for whom, and what can be done about it. */
export function BroadcastFacts({ broadcast, onStopped }: Props) {
  const { t } = useTranslation();
  const { startAt, endsAt, notAfter, state, reason, targets, volume, proof } = broadcast;
  return (
    <>
      <p className="panel-what">
        <StateBadge state={state} /> <InterruptBadge of={broadcast} />
        {reason !== null && <span className="reason">{reasonText(reason)}</span>}
      </p>
      <dl className="facts">
        <Fact name={t("broadcast.start")}>{`${dateText(startAt)} ${timeText(startAt)}`}</Fact>
        <Fact name={t("broadcast.end")}>{endsAt === null ? "—" : momentText(endsAt)}</Fact>
        <Fact name={t("broadcast.notAfter")}>{momentText(notAfter)}</Fact>
        <Fact name={t("broadcast.targets")}>
          <TargetText targets={targets} />
        </Fact>
        <Fact name={t("broadcast.class")}>{term("class", broadcast.class)}</Fact>
        <Fact name={t("broadcast.lateness")}>{term("lateness", broadcast.lateness)}</Fact>
        <Fact name={t("broadcast.offline")}>{term("offline", broadcast.offline)}</Fact>
        {volume !== null && <Fact name={t("broadcast.volume")}>{`${volume}%`}</Fact>}
      </dl>
      <div className="buttons">
        <ContentLink content={broadcast.content} />
        {proof.atLeast.started > 0 && may("announcements:air") && (
          <Button onClick={() => void openCorrection(broadcast.id)}>{t("correction.open")}</Button>
        )}
        {STOPPABLE.has(state) && may("broadcasts:stop") && (
          <Button danger onClick={() => askToStopOne(broadcast, onStopped)}>
            {t("stopOne.button")}
          </Button>
        )}
      </div>
    </>
  );
}

function ContentLink({ content }: Pick<BroadcastWithProof, "content">) {
  const { t } = useTranslation();
  if (content?.kind !== "episode" && content?.kind !== "session") return null;
  return <Button href={`#/${content.kind}s/${content.id}`}>{t("broadcast.toContent")}</Button>;
}

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);
