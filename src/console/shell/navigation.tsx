import { useTranslation } from "react-i18next";
import { useLocation } from "react-router";
import { placeAt, visiblePlaces } from "./places.ts";

export function Navigation() {
  const { t } = useTranslation();
  const here = placeAt(useLocation().pathname);
  return (
    <nav className="places" aria-label={t("nav.label")}>
      {visiblePlaces().map((place) => (
        <a key={place.path} href={`#${place.path}`} aria-current={place === here ? "page" : undefined}>
          {t(place.text)}
        </a>
      ))}
    </nav>
  );
}
