import { useMutation } from "@tanstack/react-query";
import { Button } from "antd";
import { type SubmitEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { apiUrl, may, read, send } from "../../api.js";
import type { CalendarLink, NewCalendarLink, Page } from "../../api-types.ts";
import { momentText } from "../../format.js";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { Copyable } from "../../parts/copyable.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { textOf } from "../../parts/fields.tsx";
import { Empty, Loading, ProblemNotice } from "../../parts/notices.tsx";
import { useNames } from "../../parts/region-names.ts";
import { RegionSelect } from "../../parts/region-select.tsx";
import { inPath } from "../../resources.js";
import { queries, useLive } from "../../shell/live-query.ts";
import { useCounty } from "./timetable-data.ts";

const LIMIT = 200;

/** Addresses by which other calendars show what is heard in a region. */
export function CalendarLinks() {
  const { t } = useTranslation();
  const id = useId();
  const county = useCounty();
  const [chosen, setRegion] = useState<string | null>(null);
  const region = chosen ?? county.data ?? null;
  const make = useMutation({
    mutationFn: (label: string): Promise<NewCalendarLink> =>
      send("POST", `/regions/${inPath(region ?? "")}/calendar-links`, { label }),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ["calendar-links"] }),
  });
  function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    make.mutate(textOf(new FormData(event.currentTarget), "label").trim());
  }
  return (
    <section>
      <h2>{t("sharing.icalTitle")}</h2>
      {may("calendars:share") && <p>{t("sharing.icalWhat")}</p>}
      <form className="filters" onSubmit={submit}>
        <div>
          <label htmlFor={`${id}-region`}>{t("calendar.region")}</label>
          <RegionSelect id={`${id}-region`} value={region} onChange={setRegion} />
        </div>
        {may("calendars:share") && (
          <>
            <div>
              <label htmlFor={`${id}-label`}>{t("sharing.label")}</label>
              <input id={`${id}-label`} name="label" required maxLength={200} pattern=".*\S.*" />
            </div>
            <Button type="primary" htmlType="submit" loading={make.isPending} disabled={region === null}>
              {t("sharing.make")}
            </Button>
          </>
        )}
        {region !== null && (
          <a href={apiUrl(`/regions/${inPath(region)}/calendar.ics`)} download="calendar.ics">
            {t("sharing.download")}
          </a>
        )}
      </form>
      <div aria-live="polite">
        {make.error && <ProblemNotice error={make.error} />}
        {make.data && (
          <>
            <p>{t("sharing.url")}</p>
            <Copyable text={make.data.url} />
          </>
        )}
      </div>
      {may("calendars:share") && <Links />}
    </section>
  );
}

function Links() {
  const { t } = useTranslation();
  const { data, error, refetch } = useLive<Page<CalendarLink>>({
    key: ["calendar-links"],
    load: (signal) => read(`/calendar-links?limit=${LIMIT}`, signal),
    topics: ["timetable"],
  });
  const [revoked, setRevoked] = useState<CalendarLink | null>(null);
  const nameOf = useNames(data?.items.map(({ regionCode }) => regionCode) ?? []);
  const columns: Column<CalendarLink>[] = [
    { name: "column.token", cell: ({ label }) => label },
    { name: "column.region", cell: ({ regionCode }) => nameOf(regionCode) },
    { name: "sharing.madeBy", cell: ({ createdBy }) => createdBy },
    {
      name: "sharing.lastUsed",
      cell: ({ lastUsedAt }) => (lastUsedAt === null ? t("sharing.never") : momentText(lastUsedAt)),
    },
    {
      name: "column.actions",
      cell: (link) => <Button onClick={() => setRevoked(link)}>{t("sharing.revoke")}</Button>,
    },
  ];
  return (
    <>
      <h3>{t("sharing.links")}</h3>
      {error && <ProblemNotice error={error} onRetry={() => void refetch()} />}
      {!error && data === undefined && <Loading />}
      {data?.items.length === 0 && <Empty what="sharing.noLinks" hint="sharing.noLinksHint" />}
      {data && data.items.length > 0 && (
        <DataTable caption={t("sharing.links")} columns={columns} rows={data.items} keyOf={({ id }) => id} />
      )}
      {revoked && (
        <ConfirmDialog
          title={t("sharing.revokeTitle", { label: revoked.label })}
          confirm={t("sharing.revoke")}
          isGrave
          run={() => send("DELETE", `/calendar-links/${inPath(revoked.id)}`)}
          onDone={() => void refetch()}
          onClose={() => setRevoked(null)}
        >
          <p>{t("sharing.revokeWhat")}</p>
        </ConfirmDialog>
      )}
    </>
  );
}
