import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { apiUrl, read } from "../../api.js";
import type { AuditEntry, Page } from "../../api-types.ts";
import { readPages } from "../../live.js";
import { Empty, Loading, ProblemNotice } from "../../parts/notices.tsx";
import { query } from "../../resources.js";
import { useLive } from "../../shell/live-query.ts";
import { EntryTable } from "./entry-table.tsx";
import { FILTERS, type Filter, FilterForm } from "./filter-form.tsx";

const PAGE = 50;
const FORMATS = ["csv", "jsonl"] as const;

/** Every act and refusal; what is looked for is in the address, so that it can be passed on. */
export function Entries() {
  const { t } = useTranslation();
  const [address, setAddress] = useSearchParams();
  const [pages, setPages] = useState(1);
  const filter = Object.fromEntries(
    FILTERS.flatMap((name) => {
      const value = address.get(name);
      return value ? [[name, value]] : [];
    }),
  ) as Filter;
  const entries = useLive<Page<AuditEntry>>({
    key: ["audit", filter, pages],
    load: (signal) =>
      readPages<AuditEntry>(
        (cursor) => read(`/audit${query({ ...filter, limit: PAGE, cursor })}`, signal),
        pages,
      ),
    topics: ["audit"],
  });
  const { data, error, refetch } = entries;
  return (
    <section>
      <h2>{t("audit.entries")}</h2>
      <FilterForm
        key={address.toString()}
        filter={filter}
        onFilter={(next) => {
          setPages(1);
          setAddress(next);
        }}
      />
      {error !== null && <ProblemNotice error={error} onRetry={() => void refetch()} />}
      {error === null && data === undefined && <Loading />}
      {data?.items.length === 0 && error === null && <Empty what="audit.none" hint="audit.noneHint" />}
      {data && data.items.length > 0 && (
        <>
          <p>
            {t("audit.export")}{" "}
            {FORMATS.map((format) => (
              <a
                key={format}
                className="export"
                href={apiUrl(`/audit/export${query({ ...filter, format })}`)}
              >
                {t(`audit.${format}`)}
              </a>
            ))}
          </p>
          <EntryTable entries={data.items} />
          {data.nextCursor !== null && (
            <Button onClick={() => setPages((count) => count + 1)}>{t("list.more")}</Button>
          )}
        </>
      )}
    </section>
  );
}
