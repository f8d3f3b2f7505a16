import { useTranslation } from "react-i18next";
import type { RegisterApproval } from "../../api-types.ts";
import { dateText, durationText, timeText } from "../../format.js";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { actText } from "../../parts/review-acts.ts";
import { RegisterList } from "./register-list.tsx";

/** Enough to find a file by, as on the printed form. */
const PREFIX = 12;

/** 审批登记: who submitted, signed, returned and took back what, and what edits voided. */
export const ApprovalRegister = ({ month }: { month: string }) => (
  <RegisterList<RegisterApproval>
    register="approvals"
    month={month}
    topics={["content"]}
    table={(lines) => <Lines lines={lines} />}
  />
);

function Lines({ lines }: { lines: RegisterApproval[] }) {
  const { t } = useTranslation();
  const columns: Column<RegisterApproval>[] = [
    {
      name: "column.time",
      cell: ({ at }) => (
        <span className="number">
          {dateText(at)} {timeText(at)}
        </span>
      ),
    },
    { name: "reports.act", isWide: true, cell: (line) => actText(line) },
    { name: "column.programme", cell: ({ programme, number }) => `${programme} ${number}` },
    {
      name: "column.title",
      cell: ({ title, durationMs }) => (
        <span>
          {title}
          <small className="below number">{durationText(durationMs)}</small>
        </span>
      ),
    },
    {
      name: "reports.digest",
      cell: ({ digest }) => (digest === null ? null : <code title={digest}>{digest.slice(0, PREFIX)}</code>),
    },
  ];
  return (
    <DataTable
      caption={t("reports.approvals")}
      columns={columns}
      rows={lines}
      keyOf={({ id }) => String(id)}
    />
  );
}
