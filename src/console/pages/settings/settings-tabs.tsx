import { useTranslation } from "react-i18next";
import { may } from "../../api.js";
import type { TextKey } from "../../shell/texts.ts";

type Place = "/areas" | "/programmes" | "/profiles" | "/keys" | "/broker" | "/backups";

const TABS: { place: Place; text: TextKey; see?: string }[] = [
  { place: "/areas", text: "areas.tab" },
  { place: "/programmes", text: "programmes.title" },
  { place: "/profiles", text: "profiles.tab" },
  { place: "/keys", text: "keys.tab", see: "keys:read" },
  { place: "/broker", text: "broker.tab", see: "broker:read" },
  { place: "/backups", text: "backups.title", see: "backups:read" },
];

export function SettingsTabs({ here }: { here: Place }) {
  const { t } = useTranslation();
  return (
    <nav className="tabs" aria-label={t("settings.tabs")}>
      {TABS.filter(({ see }) => see === undefined || may(see)).map(({ place, text }) => (
        <a key={place} href={`#/settings${place}`} aria-current={place === here ? "page" : undefined}>
          {t(text)}
        </a>
      ))}
    </nav>
  );
}
