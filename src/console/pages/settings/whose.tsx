import { useTranslation } from "react-i18next";
import { useNames } from "../../parts/region-names.ts";

/** A region's name; its code until that is known. `""` and `null` are the whole server. */
export function useWhose(code: string | null): string {
  const { t } = useTranslation();
  const isServer = code === null || code === "";
  const nameOf = useNames(isServer ? [] : [code]);
  return isServer ? t("areas.server") : nameOf(code);
}

export const Whose = ({ code }: { code: string | null }) => <>{useWhose(code)}</>;
