import { useTranslation } from "react-i18next";
import type { Outage } from "../../api-types.ts";
import { countdownText, momentText } from "../../format.js";
import { Badge } from "../../parts/badges.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { useNow } from "../../parts/now.ts";
import { DeviceLink } from "./device-tabs.tsx";

export function OutageTable({ outages }: { outages: Outage[] }) {
  const { t } = useTranslation();
  const columns: Column<Outage>[] = [
    {
      name: "column.where",
      cell: ({ device, region }) =>
        device === null ? (
          <strong>{region.name}</strong>
        ) : (
          <span>
            <DeviceLink {...device} />
            <small className="below">{region.name}</small>
          </span>
        ),
    },
    {
      name: "column.outage",
      cell: ({ kind }) =>
        kind === "gone" ? (
          <Badge tone="bad" sign="○" text={t("outage.gone")} />
        ) : (
          <Badge tone="warn" sign="~" text={t("outage.unstable")} />
        ),
    },
    { name: "column.outageDevices", cell: ({ devices }) => <span className="number">{devices}</span> },
    { name: "column.began", cell: ({ beganAt }) => momentText(beganAt) },
    {
      name: "column.ended",
      cell: ({ beganAt, endedAt }) => (endedAt === null ? <Lasts beganAt={beganAt} /> : momentText(endedAt)),
    },
  ];
  return (
    <DataTable caption={t("outages.title")} columns={columns} rows={outages} keyOf={({ id }) => String(id)} />
  );
}

function Lasts({ beganAt }: Pick<Outage, "beganAt">) {
  const { t } = useTranslation();
  return t("outage.lasts", { time: countdownText(useNow() - Date.parse(beganAt)) });
}
