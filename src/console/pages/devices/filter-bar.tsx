import { useId } from "react";
import { useTranslation } from "react-i18next";
import { SearchField } from "../../parts/search-field.tsx";
import type { TextKey } from "../../shell/texts.ts";
import type { Filter } from "./device-data.ts";

const CHOICES = {
  line: {
    label: "column.online",
    values: { online: "online.yes", offline: "online.no", never: "online.never" },
  },
  kind: { label: "devices.kind", values: { loudspeaker: "kind.loudspeaker", terminal: "kind.terminal" } },
  state: {
    label: "devices.state",
    values: { new: "lifecycle.new", enrolled: "lifecycle.enrolled", revoked: "lifecycle.revoked" },
  },
  twin: {
    label: "devices.twin",
    values: { agrees: "twinState.agrees", differs: "twinState.differs", unknown: "twinState.unknown" },
  },
} satisfies Partial<Record<keyof Filter, { label: TextKey; values: Record<string, TextKey> }>>;
const NAMES = Object.keys(CHOICES) as (keyof typeof CHOICES)[];

interface Props {
  filter: Filter;
  onFilter: (filter: Filter) => void;
}

export function FilterBar({ filter, onFilter }: Props) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <div className="filters" role="search">
      <span className="filter">
        <SearchField
          label={t("devices.search")}
          value={filter.q}
          placeholder={t("devices.searchHint")}
          onSearch={(q) => onFilter({ ...filter, q })}
        />
      </span>
      {NAMES.map((name) => (
        <span key={name} className="filter">
          <label htmlFor={`${id}-${name}`}>{t(CHOICES[name].label)}</label>{" "}
          <select
            id={`${id}-${name}`}
            value={filter[name]}
            onChange={({ target }) => onFilter({ ...filter, [name]: target.value })}
          >
            <option value="">{t("devices.all")}</option>
            {Object.entries<TextKey>(CHOICES[name].values).map(([value, text]) => (
              <option key={value} value={value}>
                {t(text)}
              </option>
            ))}
          </select>
        </span>
      ))}
    </div>
  );
}
