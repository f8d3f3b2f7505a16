import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import type { Misfit } from "../../api-types.ts";
import { momentText } from "../../format.js";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { reasonText } from "../../server-words.js";
import { Page } from "../../shell/page.tsx";
import { DeviceLink, DeviceTabs } from "./device-tabs.tsx";
import { PagedList } from "./paged-list.tsx";

/** What devices reported that could not be stored as a record; of one device alone where the address names it. */
export default function Quarantine() {
  const { t } = useTranslation();
  const { id } = useParams();
  return (
    <Page title={t("quarantine.title")}>
      <section className="view">
        <DeviceTabs here="/quarantine" />
        {id !== undefined && (
          <p className="back">
            <a href="#/devices/quarantine">{t("quarantine.all")}</a>
          </p>
        )}
        <p className="hint">{t("quarantine.note")}</p>
        <PagedList<Misfit>
          key={id ?? ""}
          path="/quarantined-reports"
          filter={{ deviceId: id ?? "" }}
          topics={["devices"]}
          none="quarantine.none"
          noneHint="quarantine.noneHint"
          table={(misfits) => <MisfitTable misfits={misfits} />}
        />
      </section>
    </Page>
  );
}

function MisfitTable({ misfits }: { misfits: Misfit[] }) {
  const { t } = useTranslation();
  const columns: Column<Misfit>[] = [
    {
      name: "column.device",
      cell: ({ deviceId, deviceName, seq, bootId }) => (
        <span>
          <DeviceLink id={deviceId} name={deviceName} />
          {seq !== null && (
            <small className="below">
              {t("quarantine.record", { seq, boot: bootId?.slice(0, 8) ?? "" })}
            </small>
          )}
        </span>
      ),
    },
    { name: "column.problem", cell: ({ problem }) => reasonText(problem) },
    { name: "column.times", cell: ({ times }) => <span className="number">{times}</span> },
    {
      name: "column.lastCame",
      cell: ({ times, firstAt, lastAt }) => (
        <span>
          {momentText(lastAt)}
          {times > 1 && (
            <small className="below">{t("quarantine.since", { time: momentText(firstAt) })}</small>
          )}
        </span>
      ),
    },
    {
      name: "column.payload",
      isWide: true,
      cell: ({ payload }) => (
        <details>
          <summary>{t("quarantine.show")}</summary>
          <pre className="preformatted">{payload}</pre>
        </details>
      ),
    },
  ];
  return (
    <DataTable
      caption={t("quarantine.title")}
      columns={columns}
      rows={misfits}
      keyOf={({ deviceId, bootId, seq, firstAt, payload }) =>
        `${deviceId} ${bootId} ${seq} ${firstAt} ${payload.length}`
      }
    />
  );
}
