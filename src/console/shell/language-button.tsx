import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { currentLanguage, setLanguage } from "../i18n.js";

/** The language switch, named in the language it switches to. */
export function LanguageButton() {
  const { t } = useTranslation();
  return (
    <Button
      type="text"
      aria-label={`${t("language.switch")} · ${t("language.switchLabel")}`}
      onClick={() => void setLanguage(currentLanguage() === "zh" ? "en" : "zh")}
    >
      {t("language.switch")}
    </Button>
  );
}
