import { useTranslation } from "react-i18next";
import { read } from "../../api.js";
import type { TownProof } from "../../api-types.ts";
import { shareText } from "../../format.js";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Empty, Loading, ProblemNotice } from "../../parts/notices.tsx";
import { query } from "../../resources.js";
import { useLive } from "../../shell/live-query.ts";
import { TakeAlong } from "./take-along.tsx";

const EVERY_MS = 60_000;
const GRADES = ["delivered", "cached", "started", "finished", "sensed"] as const;

/** What the devices of each town proved; grades are counted as reported, never inferred. */
export function ProofByTown({ month }: { month: string }) {
  const { t } = useTranslation();
  const { data, error, refetch } = useLive<{ broadcasts: number; items: TownProof[] }>({
    key: ["register", "proof", month],
    load: (signal) => read(`/registers/proof${query({ month })}`, signal),
    topics: ["timetable", "reports"],
    everyMs: EVERY_MS,
  });
  const columns: Column<TownProof>[] = [
    { name: "readiness.town", cell: ({ name, regionCode }) => <span title={regionCode}>{name}</span> },
    { name: "reports.expected", isNamed: true, cell: ({ expected }) => <Number>{expected}</Number> },
    ...GRADES.map(
      (grade): Column<TownProof> => ({
        name: `grade.${grade}`,
        isNamed: true,
        cell: ({ atLeast, expected }) => (
          <span className="number">
            {atLeast[grade]} <small>{shareText(atLeast[grade], expected)}</small>
          </span>
        ),
      }),
    ),
    { name: "reports.unknown", isNamed: true, cell: ({ unknown }) => <Number>{unknown}</Number> },
  ];
  if (data === undefined)
    return error === null ? <Loading /> : <ProblemNotice error={error} onRetry={() => void refetch()} />;
  if (data.items.length === 0) return <Empty what="reports.proofNone" hint="reports.proofNoneHint" />;
  return (
    <>
      <TakeAlong register="proof" month={month} />
      <p>{t("reports.proofOf", { count: data.broadcasts })}</p>
      <DataTable
        caption={t("reports.proof")}
        columns={columns}
        rows={data.items}
        keyOf={({ regionCode }) => regionCode}
      />
    </>
  );
}

const Number = ({ children }: { children: number }) => <span className="number">{children}</span>;
