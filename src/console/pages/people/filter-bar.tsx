import { useId } from "react";
import { useTranslation } from "react-i18next";
import { useNames } from "../../parts/region-names.ts";
import { SearchField } from "../../parts/search-field.tsx";
import { ALL_ROLES } from "./people-data.ts";
import { type Filter, STATES } from "./people-filter.ts";

interface Props {
  filter: Filter;
  /** Those that somebody looks after. */
  areas: string[];
  onFilter: (changes: Partial<Filter>) => void;
}

export function FilterBar({ filter, areas, onFilter }: Props) {
  const { t } = useTranslation();
  const nameOf = useNames(areas);
  return (
    <search className="filters">
      <div>
        <SearchField label={t("people.search")} value={filter.q} onSearch={(q) => onFilter({ q })} />
      </div>
      <Choice
        label={t("column.personState")}
        value={filter.state}
        values={STATES}
        nameOf={(state) => t(`personState.${state}`)}
        onChange={(state) => onFilter({ state })}
      />
      <Choice
        label={t("people.role")}
        value={filter.role}
        values={ALL_ROLES}
        nameOf={(role) => t(`role.${role}`)}
        onChange={(role) => onFilter({ role })}
      />
      {areas.length > 0 && (
        <Choice
          label={t("people.area")}
          value={filter.area}
          values={areas}
          nameOf={nameOf}
          onChange={(area) => onFilter({ area })}
        />
      )}
    </search>
  );
}

interface ChoiceProps<T extends string> {
  label: string;
  value: string;
  values: readonly T[];
  nameOf: (value: T) => string;
  onChange: (value: string) => void;
}

function Choice<T extends string>({ label, value, values, nameOf, onChange }: ChoiceProps<T>) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <div>
      <label htmlFor={id}>{label}</label>{" "}
      <select id={id} value={value} onChange={({ target }) => onChange(target.value)}>
        <option value="">{t("people.any")}</option>
        {values.map((each) => (
          <option key={each} value={each}>
            {nameOf(each)}
          </option>
        ))}
      </select>
    </div>
  );
}
