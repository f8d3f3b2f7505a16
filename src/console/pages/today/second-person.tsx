import { useTranslation } from "react-i18next";
import type { Announcement } from "../../api-types.ts";
import { momentText } from "../../format.js";
import { InterruptBadge } from "../../parts/badges.tsx";
import { awaitedText } from "../../parts/second-person.ts";

/** Announcements that wait for who is signed in, as the second person. */
export function SecondPerson({ awaited }: { awaited: Announcement[] }) {
  const { t } = useTranslation();
  if (awaited.length === 0) return null;
  return (
    <section>
      <h2>{t("second.title")}</h2>
      {awaited.map((announcement) => (
        <div key={announcement.id} className="warning" role="alert">
          <p>
            <InterruptBadge of={announcement} /> <a href="#/announcements">{announcement.title}</a> ·{" "}
            {t("second.by", {
              name: announcement.people.created,
              time: momentText(announcement.broadcast.startAt),
            })}
          </p>
          <p>{awaitedText(announcement)}</p>
        </div>
      ))}
    </section>
  );
}
