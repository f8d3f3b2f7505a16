import { Button } from "antd";
import { lazy, Suspense, useCallback, useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { may } from "../../api.js";
import type { Device, DeviceCounts } from "../../api-types.ts";
import { Former } from "../../parts/former.tsx";
import { Empty, Loading, ProblemNotice } from "../../parts/notices.tsx";
import { RegionBranches } from "../../parts/region-branches.tsx";
import { useLive } from "../../shell/live-query.ts";
import { Page } from "../../shell/page.tsx";
import { ChosenActs } from "./chosen-acts.tsx";
import {
  COUNTS_EVERY_MS,
  COUNTS_TOPICS,
  type Enrolment,
  FILTERS,
  type Filter,
  filterFrom,
  listDevices,
  readCounts,
  useArea,
} from "./device-data.ts";
import { DeviceTable } from "./device-table.tsx";
import { DeviceTabs } from "./device-tabs.tsx";
import { EnrolmentSheet } from "./enrolment-sheet.tsx";
import { FilterBar } from "./filter-bar.tsx";
import { RegionNumbers } from "./region-numbers.tsx";
import { RegionSummary } from "./region-summary.tsx";
import { WhyDialog } from "./why-dialog.tsx";
import "./devices.css";

const Coverage = lazy(() => import("./coverage.tsx"));
const PAGE = 50;
const numbersOf = (region: DeviceCounts) => <RegionNumbers region={region} />;

/** A county's devices: by region in numbers, and those of one as a list to search, to choose from and to act upon. */
export default function Devices() {
  const { t } = useTranslation();
  const [address, setAddress] = useSearchParams();
  const [sheet, setSheet] = useState<Enrolment[] | null>(null);
  const filter = filterFrom(address);
  // The list, the chart and the links of 1,500 villages are much to draw: what was clicked shows first.
  const deferred = useDeferredValue(address.toString());
  const drawn = filterFrom(new URLSearchParams(deferred));
  const look = (next: Filter) => setAddress(wordsOf(next), { replace: true });
  const narrowed = new URLSearchParams(wordsOf({ ...drawn, within: "" })).toString();
  const hrefOf = useCallback(
    (within: string) => {
      const words = new URLSearchParams(narrowed);
      if (within !== "") words.set("within", within);
      return `#/devices?${words}`;
    },
    [narrowed],
  );
  if (sheet !== null) {
    return (
      <Page title={t("enrol.sheet")}>
        <EnrolmentSheet items={sheet} onClose={() => setSheet(null)} />
      </Page>
    );
  }
  return (
    <Page title={t("devices.title")}>
      <section className="view">
        <DeviceTabs here="" />
        <div className="devices-page">
          <RegionBranches<DeviceCounts>
            label={t("devices.tree")}
            everywhere={t("devices.everywhere")}
            of="device-counts"
            topics={COUNTS_TOPICS}
            everyMs={COUNTS_EVERY_MS}
            load={readCounts}
            more={numbersOf}
            within={filter.within}
            hrefOf={hrefOf}
          />
          <div>
            <Overview within={drawn.within} />
            <FilterBar filter={filter} onFilter={look} />
            <List of={deferred} filter={drawn} onCodes={setSheet} />
          </div>
        </div>
      </section>
    </Page>
  );
}

const wordsOf = (filter: Filter): Record<string, string> =>
  Object.fromEntries(FILTERS.filter((name) => filter[name] !== "").map((name) => [name, filter[name]]));

/** How a region stands; where it has towns, how far each is covered. */
function Overview({ within }: { within: string }) {
  const area = useArea(within);
  if (area === null) return null;
  return (
    <>
      <RegionSummary region={area} />
      {area.level === "county" && (
        <Suspense fallback={<Loading />}>
          <Coverage code={area.code} />
        </Suspense>
      )}
    </>
  );
}

interface ListProps {
  /** `filter` as a word. */
  of: string;
  filter: Filter;
  onCodes: (codes: Enrolment[]) => void;
}

interface Looked {
  of: string;
  /** Where each page begins, up to the one that is shown. */
  cursors: (string | null)[];
  /** What is ticked. */
  devices: ReadonlyMap<string, Device>;
}

/** Other devices begin at their first page, with none of them ticked. */
const lookedAnew = (of: string): Looked => ({ of, cursors: [null], devices: new Map() });

function List({ of, filter, onCodes }: ListProps) {
  const [kept, setKept] = useState(() => lookedAnew(of));
  const looked = kept.of === of ? kept : lookedAnew(of);
  const { cursors, devices } = looked;
  const [asked, setAsked] = useState<Device | null>(null);
  const cursor = cursors.at(-1) ?? null;
  const { data, error, refetch, isPlaceholderData } = useLive({
    key: ["devices", filter, cursor],
    load: (signal) => listDevices(filter, PAGE, cursor, signal),
    topics: ["devices"],
  });
  const isNarrowed = FILTERS.some((name) => filter[name] !== "");
  function choose(some: readonly Device[], isChosen: boolean) {
    const next = new Map(devices);
    for (const device of some) {
      if (isChosen) next.set(device.id, device);
      else next.delete(device.id);
    }
    setKept({ ...looked, devices: next });
  }
  if (data === undefined)
    return error === null ? <Loading /> : <ProblemNotice error={error} onRetry={() => void refetch()} />;
  const chosen = { devices, onChoose: choose, isFormer: isPlaceholderData };
  return (
    <>
      <ChosenActs
        filter={filter}
        shown={data.items}
        chosen={chosen}
        onChanged={() => {
          setKept({ ...looked, devices: new Map() });
          void refetch();
        }}
        onCodes={onCodes}
      />
      <Former is={isPlaceholderData}>
        {data.items.length > 0 ? (
          <DeviceTable devices={data.items} chosen={may("devices:manage") ? chosen : null} onWhy={setAsked} />
        ) : isNarrowed ? (
          <Empty what="devices.emptyFiltered" hint="devices.emptyFilteredHint" />
        ) : (
          <Empty what="devices.empty" hint="devices.emptyHint" />
        )}
      </Former>
      <Pager
        cursors={cursors}
        next={data.nextCursor}
        onPage={(next) => setKept({ ...looked, cursors: next })}
      />
      {asked && <WhyDialog device={asked} onClose={() => setAsked(null)} />}
    </>
  );
}

interface PagerProps {
  cursors: (string | null)[];
  next: string | null;
  onPage: (cursors: (string | null)[]) => void;
}

function Pager({ cursors, next, onPage }: PagerProps) {
  const { t } = useTranslation();
  if (cursors.length === 1 && next === null) return null;
  return (
    <div className="pager">
      <Button disabled={cursors.length === 1} onClick={() => onPage(cursors.slice(0, -1))}>
        {t("list.previous")}
      </Button>
      <span>{t("list.page", { page: cursors.length })}</span>
      <Button disabled={next === null} onClick={() => onPage([...cursors, next])}>
        {t("list.next")}
      </Button>
    </div>
  );
}
