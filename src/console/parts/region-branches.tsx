import { memo, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Topic } from "../shell/change-stream.ts";
import { useLive } from "../shell/live-query.ts";
import { Loading, ProblemNotice } from "./notices.tsx";
import { isWithin } from "./regions.ts";
import "./region-branches.css";

export interface BranchRegion {
  code: string;
  name: string;
  level: string;
}

interface Props<R extends BranchRegion> {
  label: string;
  /** What stands above all of them. */
  everywhere: string;
  /** Chosen; `""` for all. */
  within: string;
  /** The same function as before, as are the others, for no branch to be drawn anew that is as it was. */
  hrefOf: (code: string) => string;
  /** What is read of regions, as a name, and what is told of it. */
  of: string;
  topics: Topic[];
  everyMs?: number;
  /** The regions right below one; `null` for where the county's tree begins. */
  load: (code: string | null, signal: AbortSignal) => Promise<{ items: R[] }>;
  /** Beside a name. */
  more?: (region: R) => ReactNode;
}

const useBelow = <R extends BranchRegion>({ of, topics, everyMs, load }: Props<R>, code: string | null) =>
  useLive<{ items: R[] }>({
    key: [of, code],
    load: (signal) => load(code, signal),
    topics,
    ...(everyMs === undefined ? {} : { everyMs }),
  });

/** County, towns and villages as links, unfolded one by one. */
export function RegionBranches<R extends BranchRegion>(props: Props<R>) {
  const { label, everywhere, within, hrefOf } = props;
  const { t } = useTranslation();
  const { data, error, refetch } = useBelow(props, null);
  if (data === undefined)
    return error === null ? <Loading /> : <ProblemNotice error={error} onRetry={() => void refetch()} />;
  if (data.items.length === 0) return <p className="warning">{t("regions.none")}</p>;
  return (
    <nav className="region-branches" aria-label={label}>
      <a href={hrefOf("")} aria-current={within === "" ? "true" : undefined}>
        {everywhere}
      </a>
      <ul>
        {data.items.map((region) => (
          <Branch key={region.code} {...props} region={region} isOpenAtFirst={data.items.length === 1} />
        ))}
      </ul>
    </nav>
  );
}

interface BranchProps<R extends BranchRegion> extends Props<R> {
  region: R;
  isOpenAtFirst: boolean;
}

/** What lies in it is told what is chosen only where that lies there too: the others stay as they are. */
const Branch = memo(function Branch<R extends BranchRegion>({
  region,
  isOpenAtFirst,
  ...props
}: BranchProps<R>) {
  const { within, hrefOf, more } = props;
  const { t } = useTranslation();
  const { code, name, level } = region;
  const holds = within !== code && isWithin(within, code);
  const [isOpen, setOpen] = useState(isOpenAtFirst || holds);
  const [held, setHeld] = useState(holds);
  // What is chosen elsewhere, as by its name, is shown in the tree.
  if (holds !== held) {
    setHeld(holds);
    if (holds) setOpen(true);
  }
  const isLeaf = level === "village";
  return (
    <li>
      {isLeaf ? (
        <span className="leaf" />
      ) : (
        <button
          type="button"
          className="toggle"
          aria-expanded={isOpen}
          aria-label={t("regions.below", { name })}
          onClick={() => setOpen(!isOpen)}
        >
          {isOpen ? "▾" : "▸"}
        </button>
      )}
      <a href={hrefOf(code)} aria-current={code === within ? "true" : undefined}>
        {name} {more?.(region)}
      </a>
      {isOpen && !isLeaf && <Below code={code} {...props} />}
    </li>
  );
}) as <R extends BranchRegion>(props: BranchProps<R>) => ReactNode;

function Below<R extends BranchRegion>({ code, ...props }: Props<R> & { code: string }) {
  const { within } = props;
  const { t } = useTranslation();
  const { data, error, refetch } = useBelow(props, code);
  if (data === undefined)
    return error === null ? <Loading /> : <ProblemNotice error={error} onRetry={() => void refetch()} />;
  return (
    <ul>
      {data.items.map((region) => (
        <Branch
          key={region.code}
          {...props}
          within={isWithin(within, region.code) ? within : ""}
          region={region}
          isOpenAtFirst={false}
        />
      ))}
      {data.items.length === 0 && <li className="hint">{t("regions.empty")}</li>}
    </ul>
  );
}
