import { useTranslation } from "react-i18next";
import type { ReviewQueue } from "../../api-types.ts";
import { durationText, momentText } from "../../format.js";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Empty, Loading, ProblemNotice } from "../../parts/notices.tsx";
import { actText } from "../../parts/review-acts.ts";
import { useWaiting } from "../../parts/review-live.ts";
import { gapText, nameOf, owedText } from "../../parts/review-words.ts";
import { Page } from "../../shell/page.tsx";
import type { TextKey } from "../../shell/texts.ts";

const what: Column<Parameters<typeof nameOf>[0] & { id: string }> = {
  name: "review.what",
  isWide: true,
  cell: (of) => <a href={`#/review/${of.kind}s/${of.id}`}>{nameOf(of)}</a>,
};

/** What waits for me, what was let air urgently and is owed, what consents silence, and what is to be submitted anew. */
export function Queue() {
  const { t } = useTranslation();
  const { data, error, refetch } = useWaiting();
  return (
    <Page title={t("review.title")}>
      <section className="view">
        {data === undefined && error === null && <Loading />}
        {data === undefined && error !== null && (
          <ProblemNotice error={error} onRetry={() => void refetch()} />
        )}
        {data && <Tables queue={data} />}
      </section>
    </Page>
  );
}

function Tables({ queue: { items, owed, silenced, ended } }: { queue: ReviewQueue }) {
  const { t } = useTranslation();
  return (
    <>
      {items.length === 0 ? (
        <Empty what="review.none" hint="review.noneHint" />
      ) : (
        <DataTable
          caption={t("review.queue")}
          columns={[
            what,
            { name: "review.step", cell: ({ step }) => t(`step.${step}`) },
            { name: "review.length", cell: ({ durationMs }) => durationText(durationMs) },
            {
              name: "review.submitted",
              cell: ({ submittedBy, submittedAt }) => `${submittedBy} ${momentText(submittedAt)}`,
            },
          ]}
          rows={items}
          keyOf={({ id }) => id}
        />
      )}
      <Titled
        title="review.owedTitle"
        columns={[what, { name: "review.owedSteps", isWide: true, cell: ({ owed: of }) => owedText(of) }]}
        rows={owed}
      />
      <Titled
        title="review.silencedTitle"
        columns={[
          what,
          { name: "review.why", isWide: true, cell: ({ gaps }) => gaps.map(gapText).join(" ") },
          {
            name: "review.silencedBy",
            cell: ({ changedBy, changedAt }) => `${changedBy} ${momentText(changedAt)}`,
          },
        ]}
        rows={silenced}
      />
      <Titled
        title="review.endedTitle"
        columns={[
          what,
          {
            name: "review.why",
            isWide: true,
            cell: ({ by }) => t("text.aside", { text: actText(by), aside: momentText(by.at) }),
          },
          { name: "review.told", cell: ({ told }) => told.join(t("list.comma")) },
        ]}
        rows={ended}
      />
    </>
  );
}

interface TitledProps<T> {
  title: TextKey;
  columns: Column<T>[];
  rows: T[];
}

/** Nothing where there is none of it. */
function Titled<T extends { id: string }>({ title, columns, rows }: TitledProps<T>) {
  const { t } = useTranslation();
  if (rows.length === 0) return null;
  return (
    <>
      <h2>{t(title)}</h2>
      <DataTable caption={t(title)} columns={columns} rows={rows} keyOf={({ id }) => id} />
    </>
  );
}
