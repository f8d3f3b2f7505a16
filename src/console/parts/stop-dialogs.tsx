import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Broadcast } from "../api-types.ts";
import { momentText } from "../format.js";
import { announce } from "../notices.js";
import { listLive, stopBroadcast, stopEverything } from "../resources.js";
import { term } from "../shell/texts.ts";
import { InterruptBadge } from "./badges.tsx";
import { ConfirmDialog } from "./confirm-dialog.tsx";
import { openDialog } from "./opened-dialogs.tsx";

interface Props {
  onStopped: () => void;
  onClose: () => void;
}

type Named = Pick<Broadcast, "startAt" | "scheduleId" | "class" | "silent" | "programme" | "title" | "state">;

function Line({ broadcast }: { broadcast: Named }) {
  const { startAt, scheduleId, programme, title, state } = broadcast;
  return (
    <li>
      {momentText(startAt)} <InterruptBadge of={broadcast} />{" "}
      {scheduleId !== null && <strong>{programme}</strong>} {title} · {term("state", state)}
    </li>
  );
}

/** 停播: one click, then a dialog that names what will be stopped. */
export const askToStopEverything = (onStopped: () => void): void =>
  openDialog((close) => <StopEverything onStopped={onStopped} onClose={close} />);

function StopEverything({ onStopped, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <ConfirmDialog
      title={t("stop.title")}
      confirm={t("stop.confirm")}
      busy={t("stop.busy")}
      again={t("stop.again")}
      isGrave
      run={stopEverything}
      onDone={({ stopped }) => {
        onStopped();
        announce(() => t("stop.announced", { count: stopped.length }));
      }}
      outcome={({ targets, stopped, published, recorded }) => (
        <>
          <p className={published ? "done" : "warning"}>{t(published ? "stop.done" : "stop.unpublished")}</p>
          {!recorded && <p>{t("stop.unrecorded")}</p>}
          <p>{targets === 0 ? t("stop.noTargets") : t("stop.targets", { count: targets })}</p>
          <p>{t("stop.stopped", { count: stopped.length })}</p>
        </>
      )}
      onClose={onClose}
    >
      <p>{t("stop.scope")}</p>
      <div className="stop-list">
        <WhatIsLive />
      </div>
    </ConfirmDialog>
  );
}

/** The button works before the names have arrived, and without them. */
function WhatIsLive() {
  const { t } = useTranslation();
  const live = useQuery({ queryKey: ["live"], queryFn: listLive, gcTime: 0 });
  if (live.isFetching) return <p className="loading">{t("stop.reading")}</p>;
  if (live.data === undefined) return <p>{t("stop.listFailed")}</p>;
  if (live.data.length === 0) return <p>{t("stop.noneListed")}</p>;
  return (
    <>
      <p>{t("stop.list")}</p>
      <ul>
        {live.data.map((broadcast) => (
          <Line key={broadcast.id} broadcast={broadcast} />
        ))}
      </ul>
    </>
  );
}

/** Cancels or stops one broadcast. */
export const askToStopOne = (broadcast: Named & { id: string }, onStopped: () => void): void =>
  openDialog((close) => <StopOne broadcast={broadcast} onStopped={onStopped} onClose={close} />);

function StopOne({ broadcast, onStopped, onClose }: Props & { broadcast: Named & { id: string } }) {
  const { t } = useTranslation();
  return (
    <ConfirmDialog
      title={t("stopOne.title")}
      confirm={t("stopOne.confirm")}
      isGrave
      run={() => stopBroadcast(broadcast.id)}
      onDone={() => {
        onStopped();
        announce(() => t("stopOne.done"));
      }}
      outcome={({ commandId, targets }) => (
        <>
          <p className="done">{t("stopOne.done")}</p>
          <p>{commandId === null ? t("stopOne.noCommand") : t("stopOne.targets", { count: targets })}</p>
        </>
      )}
      onClose={onClose}
    >
      <ul>
        <Line broadcast={broadcast} />
      </ul>
      <p>{t("stopOne.scope")}</p>
    </ConfirmDialog>
  );
}
