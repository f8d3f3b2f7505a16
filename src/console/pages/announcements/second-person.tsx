import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { serverNow } from "../../api.js";
import type { Announcement } from "../../api-types.ts";
import { durationText, momentText } from "../../format.js";
import { confirmAnnouncement, type Intended } from "../../interrupts.ts";
import { announce } from "../../notices.js";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { DrillNote } from "../../parts/drill-note.tsx";
import { openDialog } from "../../parts/opened-dialogs.tsx";
import { Reach, useReach } from "../../parts/reach.tsx";
import { awaitedText, isAwaited, isOwnRequest, isToBeSpoken, waitsForMe } from "../../parts/second-person.ts";
import { TargetText } from "../../parts/target-text.tsx";
import { goOnAir } from "../../shell/on-air.ts";
import { refreshPage } from "../../shell/refresh.ts";

const MINUTE_MS = 60_000;

/** What is still to be done about it by a second person, or by who speaks once that has confirmed. */
export function SecondPersonPart({ announcement }: { announcement: Announcement }) {
  const { t } = useTranslation();
  if (isToBeSpoken(announcement)) {
    const speak = () => openDialog((close) => <SpeakNow announcement={announcement} onClose={close} />);
    return (
      <Button type="primary" onClick={speak}>
        {t("second.speak")}
      </Button>
    );
  }
  if (!isAwaited(announcement)) return null;
  if (!waitsForMe(announcement)) {
    const needs = isOwnRequest(announcement) ? "second.needsOther" : "second.needsRole";
    return <p className="second-person">{t(needs)}</p>;
  }
  const ask = () => openDialog((close) => <Confirm announcement={announcement} onClose={close} />);
  return (
    <Button type="primary" onClick={ask}>
      {t("second.confirm")}
    </Button>
  );
}

/** All that says who hears it; what narrows nothing is left out, as the server wants it. */
const wholeOf = ({ exclude, groups, tags, ...all }: Announcement["broadcast"]["targets"]) => ({
  ...all,
  ...(exclude.length > 0 && { exclude }),
  ...(groups.length > 0 && { groups }),
  ...(tags.length > 0 && { tags }),
});

function intendedOf({ title, class: of, silent, broadcast, live }: Announcement): Intended {
  const { targets, startAt, notAfter, endsAt } = broadcast;
  const lengthMs = endsAt === null ? 0 : Date.parse(endsAt) - Date.parse(startAt);
  return {
    title,
    class: of,
    silent,
    targets: wholeOf(targets),
    startAt: Date.parse(startAt) > serverNow() ? startAt : undefined,
    notAfter,
    durationMs: live === null ? lengthMs : live.longestMinutes * MINUTE_MS,
    standing: false,
    live: live !== null,
  };
}

interface Props {
  announcement: Announcement;
  onClose: () => void;
}

function Confirm({ announcement, onClose }: Props) {
  const { t } = useTranslation();
  const { id, title, text, people, live, broadcast, silent } = announcement;
  const isDrill = announcement.class === "drill";
  const reach = useReach(id, intendedOf(announcement));
  return (
    <ConfirmDialog
      title={t(isDrill ? "second.confirmDrill" : "second.confirmTitle", { title })}
      isDrill={isDrill}
      isGrave={!isDrill}
      confirm={t("second.confirm")}
      busy={t("interrupt.sending")}
      again={t("action.retry")}
      run={() => confirmAnnouncement(id)}
      onDone={() => {
        announce(() => t("second.confirmed", { title }));
        refreshPage();
      }}
      onClose={onClose}
    >
      {isDrill && <DrillNote isSilent={silent} />}
      <p>{t("second.by", { name: people.created, time: momentText(broadcast.startAt) })}</p>
      <p>
        <strong>
          <TargetText targets={broadcast.targets} />
        </strong>
      </p>
      <p>{awaitedText(announcement)}</p>
      {text !== null && <p className="spoken">{text}</p>}
      {live !== null && (
        <p>{t("second.live", { duration: durationText(live.longestMinutes * MINUTE_MS) })}</p>
      )}
      <Reach reach={reach} note={t("second.previewFailed")} />
    </ConfirmDialog>
  );
}

function SpeakNow({ announcement, onClose }: Props) {
  const { t } = useTranslation();
  const { id, title, live, silent } = announcement;
  const isDrill = announcement.class === "drill";
  const reach = useReach(id, intendedOf(announcement));
  async function speak(cancelled: AbortSignal) {
    const preview = reach.data ?? (await reach.refetch({ throwOnError: true })).data;
    if (preview === undefined) throw new Error("there is no preview");
    return goOnAir(async () => announcement, { preview, cancelled, onChange: refreshPage });
  }
  return (
    <ConfirmDialog
      title={t("live.ask", { title })}
      isDrill={isDrill}
      confirm={t("live.go")}
      busy={t("live.opening")}
      again={t("action.retry")}
      run={speak}
      onDone={refreshPage}
      onClose={onClose}
    >
      {isDrill && <DrillNote isSilent={silent} />}
      <p>{t("live.askText", { duration: durationText((live?.longestMinutes ?? 0) * MINUTE_MS) })}</p>
      <Reach reach={reach} note="" />
    </ConfirmDialog>
  );
}
