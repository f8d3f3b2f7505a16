import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { read } from "../../api.js";
import type { Content, Page, Programme } from "../../api-types.ts";
import { readPages } from "../../live.js";
import { Empty, Loading, ProblemNotice } from "../../parts/notices.tsx";
import { query } from "../../resources.js";
import { useLive } from "../../shell/live-query.ts";
import { isBeingMade } from "../content/content-data.ts";
import { BoardCard } from "./board-card.tsx";

/** As many as somebody works on at once; what has been approved over the years is looked up. */
const PAGE = 30;
const COLUMNS = ["making", "returned", "inReview", "approved"] as const;
type Column = (typeof COLUMNS)[number];

function columnOf({ review: { state, ended } }: Content): Column {
  if (state === "approved") return "approved";
  if (state === "submitted" || state === "in_review") return "inReview";
  return state === "returned" || ended !== null ? "returned" : "making";
}

interface Shown {
  items: Content[];
  /** Whether there is more of it at the server. */
  more: { open: boolean; approved: boolean };
}

async function readBoard(programme: Programme, pages: Pages, signal: AbortSignal): Promise<Shown> {
  const kind = programme.kind === "lecture" ? "sessions" : "episodes";
  const ofThis = { programmeId: programme.id, limit: PAGE };
  const list = (approved: "true" | "false", count: number): Promise<Page<Content>> =>
    readPages<Content>((cursor) => read(`/${kind}${query({ ...ofThis, approved, cursor })}`, signal), count);
  const [open, approved] = await Promise.all([list("false", pages.open), list("true", pages.approved)]);
  // What was approved between the two answers is in both.
  const items = new Map([...open.items, ...approved.items].map((content) => [content.id, content]));
  return {
    items: [...items.values()].sort((one, other) => other.number - one.number),
    more: { open: open.nextCursor !== null, approved: approved.nextCursor !== null },
  };
}

interface Pages {
  open: number;
  approved: number;
}

/** The episodes or sessions of a programme, by where they are on their way to the air. */
export function Board({ programme }: { programme: Programme }) {
  const { t } = useTranslation();
  const [pages, setPages] = useState<Pages>({ open: 1, approved: 1 });
  const { data, error, refetch } = useLive({
    key: ["board", programme.id, pages],
    load: (signal) => readBoard(programme, pages, signal),
    topics: ["content"],
    isMoving: ({ items }) => items.some(isBeingMade),
  });
  if (data === undefined)
    return error === null ? <Loading /> : <ProblemNotice error={error} onRetry={() => void refetch()} />;
  if (data.items.length === 0) {
    const isLecture = programme.kind === "lecture";
    return (
      <Empty what={isLecture ? "content.emptySessions" : "content.emptyEpisodes"} hint="content.emptyHint" />
    );
  }
  const more = (which: keyof Pages) => setPages((before) => ({ ...before, [which]: before[which] + 1 }));
  return (
    <>
      <div className="board">
        {COLUMNS.map((column) => {
          const own = data.items.filter((content) => columnOf(content) === column);
          const isMore = column === "approved" ? data.more.approved : data.more.open;
          return (
            <section key={column}>
              <h2>
                {t(`board.${column}`)} <small>{isMore ? `${own.length}+` : own.length}</small>
              </h2>
              {own.length === 0 && <p className="quiet-text">{t("board.none")}</p>}
              <ul className="plain-list">
                {own.map((content) => (
                  <BoardCard key={content.id} content={content} />
                ))}
              </ul>
              {column === "approved" && data.more.approved && (
                <Button onClick={() => more("approved")}>{t("list.more")}</Button>
              )}
            </section>
          );
        })}
      </div>
      {data.more.open && <Button onClick={() => more("open")}>{t("board.moreOpen")}</Button>}
    </>
  );
}
