import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Loading, ProblemNotice } from "../../parts/notices.tsx";
import { PaneDialog } from "../../parts/pane-dialog.tsx";
import { readWishes } from "./attendance-data.ts";

/** What members wish to be taught, page after page. */
export function WishesDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation();
  const { data, error, refetch, hasNextPage, fetchNextPage } = useInfiniteQuery({
    queryKey: ["wishes", id],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => readWishes(id, pageParam, signal),
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
  const wishes = data?.pages.flatMap(({ items }) => items);
  return (
    <PaneDialog
      className="pane wishes"
      title={t("attendance.wishes")}
      actions={
        hasNextPage && (
          <button type="button" onClick={() => void fetchNextPage()}>
            {t("attendance.moreWishes")}
          </button>
        )
      }
      onClose={onClose}
    >
      <p className="hint">{t("attendance.wishesHint")}</p>
      {wishes === undefined && error === null && <Loading />}
      {error !== null && <ProblemNotice error={error} onRetry={() => void refetch()} />}
      {wishes?.length === 0 && <p className="quiet-text">{t("attendance.noWishes")}</p>}
      <ul className="plain-list">
        {wishes?.map(({ townName, wish }, index) => (
          // They have no names; only more of them come, at the end.
          // biome-ignore lint/suspicious/noArrayIndexKey: as said
          <li key={index} className="comment">
            <span className="fact">{townName}</span> <span className="wish">{wish}</span>
          </li>
        ))}
      </ul>
    </PaneDialog>
  );
}
