import { useTranslation } from "react-i18next";
import type { Responsibility } from "../../api-types.ts";
import { momentText } from "../../format.js";
import { Empty } from "../../parts/notices.tsx";
import { reasonText } from "../../server-words.js";
import { term } from "../../shell/texts.ts";
import { EntryTable } from "./entry-table.tsx";

type Due = Responsibility["due"][number];
const PARTS = [
  "submitted",
  "first",
  "second",
  "final",
  "scheduled",
  "started",
  "confirmed",
  "stopped",
] as const;

export function Answer({ at, due }: Responsibility) {
  const { t } = useTranslation();
  if (due.length === 0) return <Empty what="who.nothing" hint="who.nothingHint" />;
  return (
    <>
      <p>{t("who.answer", { time: momentText(at), count: due.length })}</p>
      {due.map((one) => (
        <DueCard key={`${one.broadcastId} ${one.startAt} ${one.programme}`} due={one} />
      ))}
    </>
  );
}

function DueCard({ due }: { due: Due }) {
  const { t } = useTranslation();
  const { broadcastId, programme, title, startAt, verdict, schedule, responsible, entries } = due;
  return (
    <article className="card responsibility">
      <h3>
        {momentText(startAt)} {programme}{" "}
        {broadcastId !== null && <a href={`#/broadcasts/${broadcastId}`}>{title || t("today.untitled")}</a>}
      </h3>
      <p>
        <strong>{term("verdict", verdict.code)}</strong> {reasonText(verdict.text)}
      </p>
      {schedule?.name && <p>{t("who.schedule", { name: schedule.name })}</p>}
      <dl className="facts">
        {PARTS.flatMap((part) => {
          const act = responsible[part];
          if (!act) return [];
          return (
            <div key={part}>
              <dt>{t(`who.${part}`)}</dt>
              <dd>
                {act.by ?? t(`audit.${act.kind}`)} <small>{momentText(act.at)}</small>
              </dd>
            </div>
          );
        })}
      </dl>
      <details>
        <summary>{t("who.entries", { count: entries.length })}</summary>
        <EntryTable entries={entries} />
      </details>
    </article>
  );
}
