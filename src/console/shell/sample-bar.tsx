import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { may } from "../api.js";
import { askToRemoveSample, useSample } from "../parts/sample.tsx";

/** While there is sample data, every page says so. */
export function SampleBar() {
  const { t } = useTranslation();
  const { data } = useSample();
  if (!data?.sample) return null;
  const { name } = data.sample;
  return (
    <section className="alert-bar sample" aria-label={t("sample.title")}>
      <div className="alert-bar-inner">
        <strong>{t("sample.title")}</strong>
        <span>{t("sample.bar", { name })}</span>
        {may("sample:manage") && (
          <Button onClick={() => askToRemoveSample(name)}>{t("sample.remove")}</Button>
        )}
      </div>
    </section>
  );
}
