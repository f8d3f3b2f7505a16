import { useTranslation } from "react-i18next";
import { read } from "../../api.js";
import type { Outage, Page } from "../../api-types.ts";
import { Loading, ProblemNotice } from "../../parts/notices.tsx";
import { query } from "../../resources.js";
import { useLive } from "../../shell/live-query.ts";
import { OutageTable } from "./outage-table.tsx";

const SHOWN = 20;

/** When a device's line was cut, alone or with others. */
export function OutagesOf({ id }: { id: string }) {
  const { t } = useTranslation();
  const { data, error, refetch } = useLive<Page<Outage>>({
    key: ["outages", "of", id],
    load: (signal) => read(`/outages${query({ deviceId: id, limit: SHOWN })}`, signal),
    topics: ["devices"],
  });
  return (
    <section>
      <h2>{t("device.incidents")}</h2>
      {data === undefined &&
        (error === null ? <Loading /> : <ProblemNotice error={error} onRetry={() => void refetch()} />)}
      {data?.items.length === 0 && <p className="quiet-text">{t("device.noIncidents")}</p>}
      {data && data.items.length > 0 && <OutageTable outages={data.items} />}
    </section>
  );
}
