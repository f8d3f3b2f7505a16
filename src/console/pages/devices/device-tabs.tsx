import { useTranslation } from "react-i18next";
import type { TextKey } from "../../shell/texts.ts";

type Place = "" | "/outages" | "/quarantine" | "/software";

/** What there is about devices, each in its place. */
const TABS: { place: Place; text: TextKey }[] = [
  { place: "", text: "devices.tab" },
  { place: "/outages", text: "outages.tab" },
  { place: "/quarantine", text: "quarantine.tab" },
  { place: "/software", text: "channels.tab" },
];

export function DeviceTabs({ here }: { here: Place }) {
  const { t } = useTranslation();
  return (
    <nav className="tabs" aria-label={t("devices.tabs")}>
      {TABS.map(({ place, text }) => (
        <a key={place} href={`#/devices${place}`} aria-current={place === here ? "page" : undefined}>
          {t(text)}
        </a>
      ))}
    </nav>
  );
}

/** A device's name, which leads to its page. */
export const DeviceLink = ({ id, name }: { id: string; name: string }) => (
  <a href={`#/devices/${id}`}>{name}</a>
);
