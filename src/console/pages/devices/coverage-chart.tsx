import { BarChart, type BarSeriesOption } from "echarts/charts";
import { GridComponent, type GridComponentOption } from "echarts/components";
import { type ComposeOption, type ECharts, init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { DeviceCounts } from "../../api-types.ts";
import { useTheme } from "../../shell/theme.ts";

// The canvas, as the other renderer and the tooltips write styles into markup, which the content security policy refuses.
use([BarChart, GridComponent, CanvasRenderer]);

const PARTS = ["reached", "silent", "without"] as const;
/** Of `console.css`. */
const COLOURS = { reached: "--step-finished", silent: "--step-cached", without: "--step-unknown" };

const partsOf = ({ villages, served, reached }: DeviceCounts) => ({
  reached,
  silent: served - reached,
  without: villages - served,
});

type Option = ComposeOption<BarSeriesOption | GridComponentOption>;

/** A bar for each town, whose whole length is all of its villages. */
export function CoverageChart({ towns }: { towns: DeviceCounts[] }) {
  const { t } = useTranslation();
  const { isDark } = useTheme();
  return (
    <>
      {/* Drawn anew where the colours are others. */}
      <Bars key={String(isDark)} rows={towns.map((town) => [town.name, partsOf(town)])} />
      <ul className="coverage-legend">
        {PARTS.map((part) => (
          <li key={part}>
            <span className={`swatch coverage-${part}`} aria-hidden="true" /> {t(`coverage.${part}Part`)}
          </li>
        ))}
      </ul>
    </>
  );
}

function Bars({ rows }: { rows: Row[] }) {
  const { t } = useTranslation();
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts>(null);
  // Counts come every few seconds, and are mostly the same.
  const drawn = JSON.stringify(rows);

  useEffect(() => {
    const { current } = place;
    if (!current) return;
    const made = init(current);
    const fit = new ResizeObserver(() => made.resize());
    fit.observe(current);
    chart.current = made;
    return () => {
      fit.disconnect();
      made.dispose();
    };
  }, []);

  useEffect(() => {
    const { current } = place;
    if (!current) return;
    const known = JSON.parse(drawn) as Row[];
    current.style.setProperty("--rows", String(known.length));
    chart.current?.resize();
    chart.current?.setOption(optionFor(known, getComputedStyle(current)));
  }, [drawn]);

  return <div ref={place} className="coverage-chart" role="img" aria-label={t("coverage.label")} />;
}

type Row = [name: string, parts: Record<(typeof PARTS)[number], number>];

function optionFor(rows: Row[], style: CSSStyleDeclaration): Option {
  const ink = style.color;
  const colourOf = (part: (typeof PARTS)[number]) => style.getPropertyValue(COLOURS[part]).trim();
  return {
    animation: false,
    textStyle: { fontFamily: style.fontFamily },
    grid: { left: 8, right: 16, top: 4, bottom: 24, containLabel: true },
    xAxis: {
      type: "value",
      minInterval: 1,
      axisLabel: { color: ink },
      splitLine: { lineStyle: { color: style.getPropertyValue("--line").trim() } },
    },
    yAxis: {
      type: "category",
      inverse: true,
      data: rows.map(([name]) => name),
      axisLabel: { color: ink, interval: 0 },
      axisTick: { show: false },
    },
    series: PARTS.map((part) => ({
      type: "bar",
      stack: "villages",
      barMaxWidth: 14,
      itemStyle: { color: colourOf(part) },
      data: rows.map(([, parts]) => parts[part]),
    })),
  };
}
