import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { read } from "../api.js";
import { query, regionName } from "../resources.js";

interface Region {
  code: string;
  name: string;
}

const SHOWN = 30;

interface Props {
  id: string;
  value: string | null;
  onChange: (code: string) => void;
  /** Given where no region is an answer, too. */
  onClear?: () => void;
}

/** A place by part of its name, or the beginning of its code. */
export function RegionSelect({ id, value, onChange, onClear }: Props) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const q = useDeferredValue(typed.trim());
  const chosen = useQuery({
    queryKey: ["region", value],
    queryFn: ({ signal }) => regionName(value ?? "", signal),
    enabled: value !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const found = useQuery<{ items: Region[] }>({
    queryKey: ["regions", q],
    queryFn: ({ signal }) => read(`/regions${query({ q, limit: SHOWN })}`, signal),
    placeholderData: (previous) => previous,
  });
  const labelOf = ({ code, name }: Region) => ({ value: code, label: `${name} ${code}` });
  const items = found.data?.items ?? [];
  const isListed = items.some(({ code }) => code === value);
  const options = [
    ...(value === null || isListed ? [] : [labelOf({ code: value, name: chosen.data ?? "" })]),
    ...items.map(labelOf),
  ];
  return (
    <Select
      id={id}
      className="region-select"
      showSearch={{ filterOption: false, onSearch: setTyped }}
      value={value}
      onChange={onChange}
      placeholder={t("who.regionHint")}
      notFoundContent={t("who.noRegion")}
      options={options}
      allowClear={onClear !== undefined}
      {...(onClear ? { onClear } : {})}
    />
  );
}
