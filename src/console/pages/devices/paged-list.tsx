import { Button } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { read } from "../../api.js";
import type { Page } from "../../api-types.ts";
import { readPages } from "../../live.js";
import { Empty, Loading, ProblemNotice } from "../../parts/notices.tsx";
import { query } from "../../resources.js";
import type { Topic } from "../../shell/change-stream.ts";
import { useLive } from "../../shell/live-query.ts";
import type { TextKey } from "../../shell/texts.ts";

const PAGE = 50;

interface Props<T> {
  path: string;
  /** An empty text asks for any. */
  filter: Record<string, string>;
  topics: Topic[];
  none: TextKey;
  noneHint: TextKey;
  table: (items: T[]) => ReactNode;
}

/** What the server lists by pages, newest first, with more at the end. */
export function PagedList<T>({ path, filter, topics, none, noneHint, table }: Props<T>) {
  const { t } = useTranslation();
  const [pages, setPages] = useState(1);
  const { data, error, refetch } = useLive<Page<T>>({
    key: [path, filter, pages],
    load: (signal) =>
      readPages(
        (cursor: string | null): Promise<Page<T>> =>
          read(`${path}${query({ ...filter, limit: PAGE, cursor })}`, signal),
        pages,
      ),
    topics,
  });
  if (data === undefined)
    return error === null ? <Loading /> : <ProblemNotice error={error} onRetry={() => void refetch()} />;
  return (
    <>
      {data.items.length === 0 ? <Empty what={none} hint={noneHint} /> : table(data.items)}
      {data.nextCursor !== null && <Button onClick={() => setPages(pages + 1)}>{t("list.more")}</Button>}
    </>
  );
}
