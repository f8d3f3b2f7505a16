import { useTranslation } from "react-i18next";
import { DrillNote } from "../../parts/drill-note.tsx";

interface Props {
  isSilent: boolean;
  onChange: (isSilent: boolean) => void;
}

/** What a drill is, said where one is made, and whether it is silent. */
export function DrillOptions({ isSilent, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <div>
      <DrillNote isSilent={isSilent} />
      <p>
        <label>
          <input type="checkbox" checked={isSilent} onChange={({ target }) => onChange(target.checked)} />{" "}
          {t("drill.silentOption")}
        </label>
      </p>
    </div>
  );
}
