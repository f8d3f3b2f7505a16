import { Button } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { read, serverNow } from "../../api.js";
import type { Page } from "../../api-types.ts";
import { dayOf } from "../../format.js";
import { readPages } from "../../live.js";
import { Empty, Loading, ProblemNotice } from "../../parts/notices.tsx";
import { query } from "../../resources.js";
import type { Topic } from "../../shell/change-stream.ts";
import { useLive } from "../../shell/live-query.ts";
import { TakeAlong } from "./take-along.tsx";

const PAGE = 100;

interface Props<T> {
  register: "broadcasts" | "approvals";
  month: string;
  topics: Topic[];
  table: (lines: T[]) => ReactNode;
}

/** The lines of a register, from the first of the month on. */
export function RegisterList<T>({ register, month, topics, table }: Props<T>) {
  const { t } = useTranslation();
  const [pages, setPages] = useState(1);
  const isPast = month < dayOf(serverNow()).slice(0, 7);
  const { data, error, refetch } = useLive<Page<T>>({
    key: ["register", register, month, pages],
    load: (signal) =>
      readPages(
        (cursor: string | null): Promise<Page<T>> =>
          read(`/registers/${register}${query({ month, limit: PAGE, cursor })}`, signal),
        pages,
      ),
    topics,
    isOver: () => isPast,
  });
  if (data === undefined)
    return error === null ? <Loading /> : <ProblemNotice error={error} onRetry={() => void refetch()} />;
  if (data.items.length === 0)
    return <Empty what={`reports.${register}None`} hint={`reports.${register}NoneHint`} />;
  return (
    <>
      <TakeAlong register={register} month={month} />
      {table(data.items)}
      {data.nextCursor !== null && (
        <p className="buttons unprinted">
          <Button onClick={() => setPages(pages + 1)}>{t("list.more")}</Button>
          <span className="hint">{t("reports.notAll", { count: data.items.length })}</span>
        </p>
      )}
    </>
  );
}
