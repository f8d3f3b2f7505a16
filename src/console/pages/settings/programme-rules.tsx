import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { may, read } from "../../api.js";
import type { Programme } from "../../api-types.ts";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Empty, Loading, ProblemNotice } from "../../parts/notices.tsx";
import { useLive } from "../../shell/live-query.ts";
import { Page } from "../../shell/page.tsx";
import { ReviewSettings } from "../programmes/review-settings.tsx";
import { SettingsTabs } from "./settings-tabs.tsx";

/** What each programme consists of, and how many people let it air. */
export default function ProgrammeRules() {
  const { t } = useTranslation();
  const [changing, setChanging] = useState<Programme | null>(null);
  const { data, error, refetch } = useLive<{ items: Programme[] }>({
    key: ["programme-rules"],
    load: (signal) => read("/programmes", signal),
    topics: ["content"],
  });
  return (
    <Page title={t("programmeRules.title")}>
      <section className="view">
        <SettingsTabs here="/programmes" />
        <p>{t("programmeRules.what")}</p>
        {data === undefined &&
          (error === null ? <Loading /> : <ProblemNotice error={error} onRetry={() => void refetch()} />)}
        {data?.items.length === 0 && <Empty what="programmes.empty" hint="programmes.emptyHint" />}
        {data && data.items.length > 0 && <RulesTable programmes={data.items} onChange={setChanging} />}
        {data && !may("programmes:manage") && <p className="hint">{t("programmeRules.readOnly")}</p>}
        {changing && (
          <ReviewSettings
            programme={changing}
            onChanged={() => void refetch()}
            onClose={() => setChanging(null)}
          />
        )}
      </section>
    </Page>
  );
}

interface TableProps {
  programmes: Programme[];
  onChange: (programme: Programme) => void;
}

function RulesTable({ programmes, onChange }: TableProps) {
  const { t } = useTranslation();
  const yesNo = (is: boolean) => t(is ? "programmeRules.yes" : "programmeRules.no");
  const columns: Column<Programme>[] = [
    {
      name: "column.programme",
      cell: ({ id, title, kind }) => (
        <>
          <a href={`#/programmes/${id}`}>{title}</a>{" "}
          <small>{t(kind === "lecture" ? "programmes.sessions" : "programmes.episodes")}</small>
        </>
      ),
    },
    {
      name: "programmeRules.segments",
      cell: ({ segments }) => (segments.length === 0 ? null : segments.join(t("list.comma"))),
    },
    { name: "programmeRules.steps", cell: ({ review }) => t(`review.steps.${review.steps}`) },
    { name: "programmeRules.mustHear", isNamed: true, cell: ({ review }) => yesNo(review.playThrough) },
    { name: "programmeRules.reruns", isNamed: true, cell: ({ review }) => yesNo(review.reruns) },
    {
      name: "programmeRules.owed",
      isNamed: true,
      cell: ({ review }) => t("programmeRules.hours", { hours: review.owedHours }),
    },
    {
      name: "programmeRules.consents",
      isNamed: true,
      cell: ({ review: { consentSegments } }) =>
        consentSegments.length === 0 ? null : consentSegments.join(t("list.comma")),
    },
    {
      name: "programmeRules.act",
      cell: (programme) =>
        may("programmes:manage") ? (
          <Button onClick={() => onChange(programme)}>
            {t("programmeRules.change")}
            <span className="unseen"> {programme.title}</span>
          </Button>
        ) : null,
    },
  ];
  return (
    <DataTable
      caption={t("programmeRules.title")}
      columns={columns}
      rows={programmes}
      keyOf={({ id }) => id}
    />
  );
}
