import { useTranslation } from "react-i18next";
import type { TextKey } from "../../shell/texts.ts";

export const VIEWS = ["month", "list", "timeline"] as const;
export type View = (typeof VIEWS)[number];

type Here = View | "schedules" | "sharing";

const ELSEWHERE: Record<Exclude<Here, View>, { path: string; text: TextKey }> = {
  schedules: { path: "#/calendar/schedules", text: "calendar.schedules" },
  sharing: { path: "#/calendar/sharing", text: "calendar.sharing" },
};

/** The ways to look at the timetable, the schedules that it comes from, and how it gets elsewhere. */
export function CalendarTabs({ here, hrefOf }: { here: Here; hrefOf?: (view: View) => string }) {
  const { t } = useTranslation();
  return (
    <nav className="tabs" aria-label={t("calendar.title")}>
      {VIEWS.map((view) => (
        <a
          key={view}
          href={hrefOf?.(view) ?? `#/calendar?view=${view}`}
          aria-current={view === here ? "page" : undefined}
        >
          {t(`calendar.${view}`)}
        </a>
      ))}
      {Object.entries(ELSEWHERE).map(([name, { path, text }]) => (
        <a key={name} href={path} aria-current={name === here ? "page" : undefined}>
          {t(text)}
        </a>
      ))}
    </nav>
  );
}
