import { useTranslation } from "react-i18next";
import { read } from "../../api.js";
import type { Outage, Page } from "../../api-types.ts";
import { countdownText } from "../../format.js";
import { Badge } from "../../parts/badges.tsx";
import { Loading, ProblemNotice } from "../../parts/notices.tsx";
import { useNow } from "../../parts/now.ts";
import { useLive } from "../../shell/live-query.ts";

const SHOWN = 5;

/** Lines that are cut now. */
export function Incidents() {
  const { t } = useTranslation();
  const { data, error, refetch } = useLive<Page<Outage>>({
    key: ["outages"],
    load: (signal) => read(`/outages?open=true&limit=${SHOWN}`, signal),
    topics: ["devices"],
  });
  return (
    <section className="panel">
      <h2>{t("incidents.title")}</h2>
      {data === undefined &&
        (error === null ? <Loading /> : <ProblemNotice error={error} onRetry={() => void refetch()} />)}
      {data?.items.length === 0 && <p className="quiet-text">{t("incidents.none")}</p>}
      {data && data.items.length > 0 && (
        <>
          <ul className="plain-list">
            {data.items.map((outage) => (
              <Incident key={outage.id} outage={outage} />
            ))}
          </ul>
          <a href="#/devices/outages">{t(data.nextCursor === null ? "incidents.see" : "incidents.more")}</a>
        </>
      )}
    </section>
  );
}

function Incident({ outage: { kind, region, device, devices, beganAt } }: { outage: Outage }) {
  const { t } = useTranslation();
  const lastsMs = useNow() - Date.parse(beganAt);
  return (
    <li>
      <p className="panel-what">
        {kind === "gone" ? (
          <Badge tone="bad" sign="○" text={t("outage.gone")} />
        ) : (
          <Badge tone="warn" sign="~" text={t("outage.unstable")} />
        )}
        {device === null ? (
          <strong>{t("incidents.region", { name: region.name, count: devices })}</strong>
        ) : (
          <a href={`#/devices/${device.id}`}>{device.name}</a>
        )}
        <span className="quiet-text">{t("outage.lasts", { time: countdownText(lastsMs) })}</span>
      </p>
    </li>
  );
}
