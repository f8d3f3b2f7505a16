import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { may } from "../../api.js";
import type { Emergency, Page as PageOf } from "../../api-types.ts";
import { listEmergencies } from "../../interrupts.ts";
import { readPages } from "../../live.js";
import { Empty, Loading, ProblemNotice } from "../../parts/notices.tsx";
import { useLive } from "../../shell/live-query.ts";
import { Page } from "../../shell/page.tsx";
import { CapImport } from "./cap-import.tsx";
import { EmergencyCard, isOpen, type Shown } from "./emergency-card.tsx";
import { EmergencyForm } from "./emergency-form.tsx";
import { firstNames } from "./region-names.ts";
import { AnnouncementTabs } from "./tabs.tsx";

const PAGE = 10;

async function readEmergencies(pages: number, signal: AbortSignal): Promise<PageOf<Shown>> {
  const { items, nextCursor }: PageOf<Emergency> = await readPages(
    (cursor: string | null) => listEmergencies({ limit: PAGE, cursor }, signal),
    pages,
  );
  const shown = items.map(async (emergency) => ({
    emergency,
    regions: await firstNames(emergency.areas, signal),
  }));
  return { items: await Promise.all(shown), nextCursor };
}

/** Emergencies: propose, confirm, stop, import. */
export default function Emergencies() {
  const { t } = useTranslation();
  const [pages, setPages] = useState(1);
  const emergencies = useLive({
    key: ["emergencies", pages],
    load: (signal) => readEmergencies(pages, signal),
    topics: ["interrupts", "timetable"],
  });
  const { data, error } = emergencies;
  const open = data?.items.filter(({ emergency }) => isOpen(emergency)) ?? [];
  const past = data?.items.filter(({ emergency }) => !isOpen(emergency)) ?? [];
  return (
    <Page title={t("emergencies.title")}>
      <section className="view">
        <AnnouncementTabs here="emergencies.title" />
        <p className="hint">{t("emergencies.how")}</p>
        {open.length > 0 && (
          <>
            <h2>{t("emergencies.open")}</h2>
            <Cards of={open} />
          </>
        )}
        <New />
        <h2>{t("emergencies.list")}</h2>
        {data === undefined && error === null && <Loading />}
        {data === undefined && error !== null && (
          <ProblemNotice error={error} onRetry={() => void emergencies.refetch()} />
        )}
        {data && past.length === 0 && <Empty what="emergencies.empty" hint="emergencies.emptyHint" />}
        {past.length > 0 && <Cards of={past} isPast />}
        {data && data.nextCursor !== null && (
          <Button onClick={() => setPages((count) => count + 1)}>{t("list.more")}</Button>
        )}
      </section>
    </Page>
  );
}

const Cards = ({ of, isPast = false }: { of: Shown[]; isPast?: boolean }) => (
  <ul className={isPast ? "plain-list interrupts past" : "plain-list interrupts"}>
    {of.map((shown) => (
      <EmergencyCard key={shown.emergency.id} shown={shown} />
    ))}
  </ul>
);

function New() {
  const { t } = useTranslation();
  return (
    <>
      {may("emergencies:propose") && (
        <details className="card new">
          <summary>＋ {t("emergencies.new")}</summary>
          <EmergencyForm />
        </details>
      )}
      {may("emergencies:import") && (
        <details className="card new">
          <summary>＋ {t("cap.title")}</summary>
          <CapImport />
        </details>
      )}
    </>
  );
}
