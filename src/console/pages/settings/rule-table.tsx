import { useTranslation } from "react-i18next";
import { Badge } from "../../parts/badges.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { windowText } from "../../parts/hours-text.ts";
import { type AreaRules, CAPS } from "./area-data.ts";
import { useCapText } from "./cap-text.ts";
import { Whose } from "./whose.tsx";

interface Line {
  key: string;
  rule: string;
  value: string;
  /** Whose it is; `undefined` where nothing limits it. */
  from?: string | null;
}

/** What holds in an area, and which of it comes from around it. */
export function RuleTable({ rules: { code, origins } }: { rules: AreaRules }) {
  const { t } = useTranslation();
  const capText = useCapText();
  const lines: Line[] = [
    ...origins.quietHours.map(({ regionCode, ...window }, index) => ({
      key: `hours ${index}`,
      rule: t("areas.quietHours"),
      value: windowText(window),
      from: regionCode,
    })),
    ...CAPS.map((cap) => {
      const limit = origins[cap];
      return {
        key: cap,
        rule: t(`areas.${cap}`),
        value: capText(cap, limit?.value ?? null),
        ...(limit ? { from: limit.regionCode } : {}),
      };
    }),
  ];
  const columns: Column<Line>[] = [
    { name: "areas.rule", cell: ({ rule }) => rule },
    { name: "areas.value", cell: ({ value }) => <strong className="number">{value}</strong> },
    {
      name: "areas.from",
      cell: ({ from }) => {
        if (from === undefined) return null;
        if ((from ?? "") === code) return <Badge tone="good" sign="●" text={t("areas.own")} />;
        return (
          <>
            <Badge tone="plain" sign="↑" text={t("areas.inherited")} /> <Whose code={from} />
          </>
        );
      },
    },
  ];
  return <DataTable caption={t("areas.holds")} columns={columns} rows={lines} keyOf={({ key }) => key} />;
}
