import { useTranslation } from "react-i18next";

const TABS = [
  { href: "#/announcements", key: "announcements.tab" },
  { href: "#/announcements/emergencies", key: "emergencies.title" },
] as const;

export function AnnouncementTabs({ here }: { here: (typeof TABS)[number]["key"] }) {
  const { t } = useTranslation();
  return (
    <nav className="tabs" aria-label={t("announcements.tabs")}>
      {TABS.map(({ href, key }) => (
        <a key={key} href={href} aria-current={key === here ? "page" : undefined}>
          {t(key)}
        </a>
      ))}
    </nav>
  );
}
