import { useTranslation } from "react-i18next";
import type { RegisterBroadcast } from "../../api-types.ts";
import { dateText, durationText, momentText, timeText } from "../../format.js";
import { StateBadge } from "../../parts/badges.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { owedText, personText } from "../../parts/review-words.ts";
import { useSay } from "../../parts/say.ts";
import { targetWords } from "../../parts/target-words.ts";
import { reasonText } from "../../server-words.js";
import { RegisterList } from "./register-list.tsx";

/** 播出登记: what was aired, for whom, with which proof, and by whose signatures. */
export const BroadcastRegister = ({ month }: { month: string }) => (
  <RegisterList<RegisterBroadcast>
    register="broadcasts"
    month={month}
    topics={["timetable", "content"]}
    table={(lines) => <Lines lines={lines} />}
  />
);

const OPEN = new Set(["planned", "ready", "frozen", "on_air"]);

function Lines({ lines }: { lines: RegisterBroadcast[] }) {
  const { t } = useTranslation();
  const say = useSay();
  const columns: Column<RegisterBroadcast>[] = [
    {
      name: "column.time",
      cell: ({ startAt }) => (
        <span className="number">
          {dateText(startAt)} {timeText(startAt)}
        </span>
      ),
    },
    { name: "column.programme", cell: ({ programme }) => programme },
    {
      name: "column.title",
      cell: ({ broadcastId, number, title, durationMs }) => (
        <span>
          {number === null ? "" : `${number} `}
          <a href={`#/broadcasts/${broadcastId}`}>{title || t("today.untitled")}</a>
          {durationMs !== null && <small className="below number">{durationText(durationMs)}</small>}
        </span>
      ),
    },
    {
      name: "reports.targets",
      // For whom it was is what a register is asked for: all of them are named.
      cell: ({ targets, regionNames }) =>
        targetWords(targets, (code) => regionNames[code] ?? code, say, Number.POSITIVE_INFINITY),
    },
    { name: "column.state", cell: ({ state }) => <StateBadge state={state} /> },
    {
      name: "reports.proved",
      isNamed: true,
      cell: ({ state, devices, atLeast, unknown }) =>
        OPEN.has(state) ? null : (
          <span>
            {t("reports.provedOf", { started: atLeast.started, finished: atLeast.finished, devices })}
            {unknown > 0 && <small className="below">{t("reports.silent", { count: unknown })}</small>}
          </span>
        ),
    },
    { name: "reports.by", isWide: true, cell: (line) => <By line={line} /> },
    { name: "reports.ended", cell: (line) => <Ended line={line} /> },
  ];
  return (
    <DataTable
      caption={t("reports.broadcasts")}
      columns={columns}
      rows={lines}
      keyOf={({ broadcastId }) => broadcastId}
    />
  );
}

function By({ line: { signatures, owed, airedBy } }: { line: RegisterBroadcast }) {
  const { t } = useTranslation();
  if (airedBy) {
    const { asked, confirmed } = airedBy;
    return (
      <>
        {t("reports.asked", { name: asked })}
        {confirmed !== null && ` ${t("reports.confirmed", { name: confirmed })}`}
      </>
    );
  }
  return (
    <ul className="plain-list">
      {signatures.map((signature) => (
        <li key={`${signature.step} ${signature.at}`}>
          {t(`step.${signature.step}`)} {personText(signature)} <small>{momentText(signature.at)}</small>
        </li>
      ))}
      {owed && <li className="reason">{owedText(owed)}</li>}
    </ul>
  );
}

function Ended({ line: { stoppedAt, stoppedBy, reason } }: { line: RegisterBroadcast }) {
  const { t } = useTranslation();
  return (
    <>
      {stoppedAt !== null &&
        t("reports.stopped", { time: momentText(stoppedAt), name: stoppedBy ?? t("review.server") })}{" "}
      {reason !== null && <span className="reason">{reasonText(reason)}</span>}
    </>
  );
}
