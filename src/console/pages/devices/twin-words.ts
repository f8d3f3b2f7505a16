import i18next from "i18next";
import type { Twin, TwinField } from "../../api-types.ts";
import type { TextKey } from "../../shell/texts.ts";

/** How the fields and values of a twin are said. */

export type SettingsField = "volume" | "maxKbps" | "softwareChannel" | "groups" | "tags";
type Value = Twin["drift"][number]["desired"];

export const fieldText = (field: TwinField | SettingsField): string => i18next.t(`twinField.${field}`);

/** @param nothing what it means that there is none */
export function valueText(field: TwinField | SettingsField, value: Value, nothing: TextKey): string {
  const { t } = i18next;
  if (value === null) return t(nothing);
  if (Array.isArray(value)) return value.length === 0 ? t("twin.none") : value.join(t("list.comma"));
  if (field === "volume") return t("twin.percent", { value });
  if (field === "maxKbps") return t("twin.kbps", { value });
  if (field === "version") return t("twin.version", { value });
  return String(value);
}
