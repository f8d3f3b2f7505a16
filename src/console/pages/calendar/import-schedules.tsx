import { useMutation } from "@tanstack/react-query";
import { Button } from "antd";
import { type SubmitEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { send } from "../../api.js";
import type { ScheduleImport } from "../../api-types.ts";
import { ConflictWarning, conflictKey } from "../../parts/conflict-warning.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { ProblemNotice } from "../../parts/notices.tsx";
import { query } from "../../resources.js";
import { queries } from "../../shell/live-query.ts";
import { fieldNames } from "./field-names.ts";

type Item = ScheduleImport["items"][number];
const IMPORTS_WITHIN_MS = 120_000;

const post = (
  content: unknown,
  asked: { dryRun?: string; acceptConflicts?: string },
): Promise<ScheduleImport> => send("POST", `/schedules/import${query(asked)}`, content, IMPORTS_WITHIN_MS);

const countOf = (items: readonly Item[], action: Item["action"]) =>
  items.filter((item) => item.action === action).length;

/** A file of schedules: looked at first, then taken. */
export function ImportSchedules() {
  const { t } = useTranslation();
  const id = useId();
  const [content, setContent] = useState<unknown>(null);
  const [isNoJson, setNoJson] = useState(false);
  const [reason, setReason] = useState("");
  const look = useMutation({ mutationFn: (file: unknown) => post(file, { dryRun: "true" }) });
  const take = useMutation({
    mutationFn: () => post(content, { acceptConflicts: reason.trim() }),
    onSuccess: () => void queries.invalidateQueries(),
  });

  async function choose(file: File | undefined) {
    look.reset();
    take.reset();
    setContent(null);
    setNoJson(false);
    if (file === undefined) return;
    try {
      const read: unknown = JSON.parse(await file.text());
      setContent(read);
      look.mutate(read);
    } catch {
      setNoJson(true);
    }
  }
  function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    take.mutate();
  }

  const items = look.data?.items ?? [];
  const conflicts = items.flatMap((item) => item.conflicts.map((conflict) => ({ item, conflict })));
  const isNothing = look.data !== undefined && countOf(items, "unchanged") === items.length;
  return (
    <section>
      <h2>{t("sharing.importTitle")}</h2>
      <p>{t("sharing.importWhat")}</p>
      <div className="field">
        <label htmlFor={id}>{t("sharing.file")}</label>
        <input
          id={id}
          type="file"
          accept=".json,application/json"
          onChange={({ target }) => void choose(target.files?.[0])}
        />
      </div>
      <div aria-live="polite">
        {isNoJson && <p className="problem">{t("sharing.notJson")}</p>}
        {look.error && <ProblemNotice error={look.error} onRetry={() => look.mutate(content)} />}
        {isNothing && <p className="done">{t("sharing.nothing")}</p>}
        {take.data && (
          <p className="done">
            {t("sharing.imported", {
              created: countOf(take.data.items, "created"),
              updated: countOf(take.data.items, "updated"),
            })}
          </p>
        )}
      </div>
      {look.data && !isNothing && !take.data && (
        <form onSubmit={submit}>
          <ItemTable items={items} />
          {conflicts.length > 0 && (
            <>
              <h3>{t("schedule.conflicts", { total: conflicts.length })}</h3>
              {conflicts.map(({ item, conflict }) => (
                <ConflictWarning
                  key={`${item.programme} ${item.name} ${conflictKey(conflict)}`}
                  name={item.name}
                  conflict={conflict}
                />
              ))}
              <div className="field">
                <label htmlFor={`${id}-reason`}>{t("schedule.whyAnyway")}</label>
                <input
                  id={`${id}-reason`}
                  required
                  maxLength={300}
                  value={reason}
                  onChange={({ target }) => setReason(target.value)}
                />
              </div>
            </>
          )}
          {take.error && <ProblemNotice error={take.error} />}
          <div className="buttons">
            <Button type="primary" htmlType="submit" loading={take.isPending}>
              {t("sharing.import")}
            </Button>
          </div>
        </form>
      )}
    </section>
  );
}

function ItemTable({ items }: { items: Item[] }) {
  const { t } = useTranslation();
  const columns: Column<Item>[] = [
    { name: "sharing.name", cell: ({ name }) => name },
    { name: "column.programme", cell: ({ programme }) => programme },
    { name: "sharing.action", cell: ({ action }) => t(`sharing.action.${action}`) },
    {
      name: "column.reason",
      isWide: true,
      cell: (item) =>
        item.action === "updated"
          ? t("sharing.changes", { fields: fieldNames(item.changes.map(({ at }) => at)) })
          : null,
    },
  ];
  return (
    <DataTable
      caption={t("sharing.importTitle")}
      columns={columns}
      rows={items}
      keyOf={({ programme, name }) => `${programme} ${name}`}
    />
  );
}
