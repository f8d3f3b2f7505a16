import { useMutation, useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { type SubmitEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { may } from "../../api.js";
import type { AttendedSite } from "../../api-types.ts";
import { announce } from "../../notices.js";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { textOf } from "../../parts/fields.tsx";
import { Loading, ProblemNotice } from "../../parts/notices.tsx";
import { PaneDialog } from "../../parts/pane-dialog.tsx";
import { putHeadcount, readSites } from "./attendance-data.ts";
import { attendedColumns } from "./attended-columns.tsx";
import { SheetDialog } from "./sheet-dialog.tsx";
import type { Town } from "./town-table.tsx";

interface Props {
  id: string;
  town: Town;
  onChanged: () => void;
  onClose: () => void;
}

/** The villages of a town: how many were there, what was counted, and the sheet by which a room checks in. */
export function TownDialog({ id, town, onChanged, onClose }: Props) {
  const { t } = useTranslation();
  const [sheetOf, setSheetOf] = useState<AttendedSite | null>(null);
  const { data, error, refetch } = useQuery({
    queryKey: ["attendance", id, town.regionCode],
    queryFn: ({ signal }) => readSites(id, town.regionCode, signal),
  });
  const mayRecord = may("attendance:record");
  const columns: Column<AttendedSite>[] = [
    { name: "attendance.site", cell: ({ name }) => name },
    ...attendedColumns(),
    {
      name: "attendance.headcount",
      isNamed: true,
      cell: (site) => (mayRecord ? <Headcount id={id} site={site} onSaved={onChanged} /> : site.headcount),
    },
    {
      name: "attendance.sheet",
      cell: (site) =>
        mayRecord ? <Button onClick={() => setSheetOf(site)}>{t("attendance.openSheet")}</Button> : null,
    },
  ];
  return (
    <PaneDialog className="pane town" title={t("attendance.of", { name: town.name })} onClose={onClose}>
      <p className="hint">{t("attendance.headcountHint")}</p>
      {data === undefined &&
        (error === null ? <Loading /> : <ProblemNotice error={error} onRetry={() => void refetch()} />)}
      {data && (
        <DataTable
          caption={t("attendance.sites")}
          columns={columns}
          rows={data.items}
          keyOf={({ regionCode }) => regionCode}
        />
      )}
      {sheetOf && <SheetDialog id={id} site={sheetOf} onClose={() => setSheetOf(null)} />}
    </PaneDialog>
  );
}

interface HeadcountProps {
  id: string;
  site: AttendedSite;
  onSaved: () => void;
}

function Headcount({ id, site: { regionCode, name, headcount }, onSaved }: HeadcountProps) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const counted = String(headcount ?? "");
  // What somebody is writing stays.
  useEffect(() => {
    const { current } = input;
    if (current && current !== document.activeElement) current.value = counted;
  }, [counted]);
  const saving = useMutation({
    mutationFn: (people: number | null) => putHeadcount(id, regionCode, people),
    onSuccess() {
      announce(() => t("attendance.headcountSaved", { name }));
      onSaved();
    },
  });
  function save(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const typed = textOf(new FormData(event.currentTarget), "people");
    saving.mutate(typed === "" ? null : Number(typed));
  }
  return (
    <>
      <form className="headcount" onSubmit={save}>
        <input
          ref={input}
          name="people"
          type="number"
          min={0}
          max={100_000}
          defaultValue={counted}
          aria-label={t("attendance.headcountOf", { name })}
        />
        <Button htmlType="submit" loading={saving.isPending}>
          {t("attendance.saveHeadcount")}
        </Button>
      </form>
      {saving.error && <ProblemNotice error={saving.error} />}
    </>
  );
}
