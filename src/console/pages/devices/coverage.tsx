import { Button } from "antd";
import { useTranslation } from "react-i18next";
import type { DeviceCounts } from "../../api-types.ts";
import { shareText } from "../../format.js";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { ProblemNotice } from "../../parts/notices.tsx";
import { saveTable } from "../../parts/save-table.ts";
import { CoverageChart } from "./coverage-chart.tsx";
import { useCounts } from "./device-data.ts";

/** How many villages of each town a loudspeaker reaches, as a chart and in numbers. A script of its own: the chart is large. */
export default function Coverage({ code }: { code: string }) {
  const { t } = useTranslation();
  const { data, error, refetch } = useCounts(code);
  if (data === undefined) return error && <ProblemNotice error={error} onRetry={() => void refetch()} />;
  const towns = data.items.filter(({ villages }) => villages > 0);
  if (towns.length === 0) return null;
  const columns: Column<DeviceCounts>[] = [
    {
      name: "coverage.town",
      cell: ({ code: town, name }) => <a href={`#/devices?within=${town}`}>{name}</a>,
    },
    { name: "coverage.villages", cell: ({ villages }) => <span className="number">{villages}</span> },
    { name: "coverage.served", cell: ({ served }) => <span className="number">{served}</span> },
    { name: "coverage.reached", cell: ({ reached }) => <span className="number">{reached}</span> },
    {
      name: "coverage.share",
      cell: ({ reached, villages }) => <span className="number">{shareText(reached, villages)}</span>,
    },
  ];
  const save = () =>
    saveTable("coverage.csv", [
      [t("coverage.town"), t("coverage.villages"), t("coverage.served"), t("coverage.reached")],
      ...towns.map(({ name, villages, served, reached }) => [name, `${villages}`, `${served}`, `${reached}`]),
    ]);
  return (
    <section className="coverage">
      <h3>{t("coverage.title")}</h3>
      <CoverageChart towns={towns} />
      <details>
        <summary>{t("coverage.numbers")}</summary>
        <DataTable caption={t("coverage.title")} columns={columns} rows={towns} keyOf={(row) => row.code} />
        <Button size="small" onClick={save}>
          {t("coverage.save")}
        </Button>
      </details>
    </section>
  );
}
