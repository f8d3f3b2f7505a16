import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Loading, ProblemNotice } from "../../parts/notices.tsx";
import { useLive } from "../../shell/live-query.ts";
import type { TextKey } from "../../shell/texts.ts";
import { keyOf, type Whose } from "./people-data.ts";

interface Props<T> {
  whose: Whose;
  /** Tells the lists of somebody apart. */
  name: string;
  load: (whose: Whose, signal: AbortSignal) => Promise<{ items: T[] }>;
  none: TextKey;
  children: (items: T[]) => ReactNode;
}

/** A list of somebody's, or what keeps it from being there. */
export function LiveList<T>({ whose, name, load, none, children }: Props<T>) {
  const { t } = useTranslation();
  const { data, error, refetch } = useLive({
    key: keyOf(whose, name),
    load: (signal) => load(whose, signal),
    topics: ["people"],
  });
  if (data === undefined)
    return error === null ? <Loading /> : <ProblemNotice error={error} onRetry={() => void refetch()} />;
  return data.items.length === 0 ? <p className="quiet-text">{t(none)}</p> : children(data.items);
}
