import { useTranslation } from "react-i18next";
import type { Cap } from "./area-data.ts";

/** A limit with its unit; without one, what that means. */
export function useCapText(): (cap: Cap, value: number | null) => string {
  const { t } = useTranslation();
  return (cap, value) => {
    if (value === null) return t("areas.unlimited");
    return cap === "maxVolume" ? `${value}%` : t("areas.minutes", { minutes: value });
  };
}
