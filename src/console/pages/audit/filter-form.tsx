import { Button } from "antd";
import { type SubmitEvent, useId } from "react";
import { useTranslation } from "react-i18next";
import { TextField, textOf } from "../../parts/fields.tsx";

export const FILTERS = ["actor", "act", "object", "outcome", "from", "until"] as const;
export type Filter = Partial<Record<(typeof FILTERS)[number], string>>;
const OUTCOMES = ["done", "refused", "failed"] as const;

interface Props {
  filter: Filter;
  onFilter: (filter: Record<string, string>) => void;
}

export function FilterForm({ filter, onFilter }: Props) {
  const { t } = useTranslation();
  const id = useId();
  function search(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const filled = FILTERS.map((name) => [name, textOf(form, name).trim()] as const);
    onFilter(Object.fromEntries(filled.filter(([, value]) => value !== "")));
  }
  return (
    <form className="filters" onSubmit={search}>
      <TextField label={t("audit.actor")} name="actor" defaultValue={filter.actor} maxLength={200} />
      <TextField
        label={t("audit.act")}
        name="act"
        defaultValue={filter.act}
        maxLength={200}
        placeholder="POST /api/v1/schedules"
      />
      <TextField
        label={t("audit.object")}
        name="object"
        defaultValue={filter.object}
        maxLength={200}
        placeholder="episodes/…"
      />
      <div className="field">
        <label htmlFor={id}>{t("audit.outcome")}</label>
        <select id={id} name="outcome" defaultValue={filter.outcome ?? ""}>
          <option value="">{t("audit.any")}</option>
          {OUTCOMES.map((outcome) => (
            <option key={outcome} value={outcome}>
              {t(`audit.${outcome}`)}
            </option>
          ))}
        </select>
      </div>
      <TextField label={t("audit.from")} name="from" type="datetime-local" defaultValue={filter.from} />
      <TextField label={t("audit.until")} name="until" type="datetime-local" defaultValue={filter.until} />
      <div className="buttons">
        <Button type="primary" htmlType="submit">
          {t("audit.search")}
        </Button>
        <Button onClick={() => onFilter({})}>{t("audit.clear")}</Button>
      </div>
    </form>
  );
}
