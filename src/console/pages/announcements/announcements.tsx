import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { may } from "../../api.js";
import { Empty, Loading, ProblemNotice } from "../../parts/notices.tsx";
import { useLive } from "../../shell/live-query.ts";
import { Page } from "../../shell/page.tsx";
import { AnnouncementCard } from "./announcement-card.tsx";
import { readAnnouncements } from "./announcement-data.ts";
import { AnnouncementForm } from "./announcement-form.tsx";
import { AnnouncementTabs } from "./tabs.tsx";

/** Announcements and drills: a new one, and what became of the others. */
export default function Announcements() {
  const { t } = useTranslation();
  return (
    <Page title={t("announcements.title")}>
      <section className="view">
        <AnnouncementTabs here="announcements.tab" />
        {may("announcements:air") && (
          <details className="card new" open>
            <summary>＋ {t("announcements.new")}</summary>
            <AnnouncementForm />
          </details>
        )}
        <h2>{t("announcements.list")}</h2>
        <List />
      </section>
    </Page>
  );
}

function List() {
  const { t } = useTranslation();
  const [pages, setPages] = useState(1);
  const announcements = useLive({
    key: ["announcements", pages],
    load: (signal) => readAnnouncements(pages, signal),
    topics: ["interrupts", "timetable", "proofs"],
  });
  const { data, error } = announcements;
  if (data === undefined) {
    if (error === null) return <Loading />;
    return <ProblemNotice error={error} onRetry={() => void announcements.refetch()} />;
  }
  if (data.items.length === 0) return <Empty what="announcements.empty" hint="announcements.emptyHint" />;
  return (
    <>
      <ul className="plain-list interrupts">
        {data.items.map((shown) => (
          <AnnouncementCard key={shown.announcement.id} shown={shown} />
        ))}
      </ul>
      {data.nextCursor !== null && (
        <Button onClick={() => setPages((count) => count + 1)}>{t("list.more")}</Button>
      )}
    </>
  );
}
