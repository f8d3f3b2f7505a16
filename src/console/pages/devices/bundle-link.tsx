import { useTranslation } from "react-i18next";
import { apiUrl } from "../../api.js";
import { inPath } from "../../resources.js";

/** What a village's devices need, in one file for a stick. */
export function BundleLink({ code }: { code: string }) {
  const { t } = useTranslation();
  return (
    <p>
      <a href={apiUrl(`/regions/${inPath(code)}/bundle`)} download>
        {t("devices.bundle")}
      </a>{" "}
      <small className="hint">{t("devices.bundleHint")}</small>
    </p>
  );
}
