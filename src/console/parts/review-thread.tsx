import { useMutation, useMutationState } from "@tanstack/react-query";
import { Button } from "antd";
import { type SubmitEvent, useId, useReducer } from "react";
import { useTranslation } from "react-i18next";
import { asProblem, may } from "../api.js";
import type { ReviewCase, ReviewComment } from "../api-types.ts";
import { durationText, momentText } from "../format.js";
import { announce } from "../notices.js";
import { sentence } from "../server-words.js";
import { queries } from "../shell/live-query.ts";
import { nameOfUser } from "../shell/session.ts";
import { dropDraft, keepDraft, keptDraft } from "./drafts.ts";
import { type Listening, useListening } from "./listening.ts";
import { ProblemNotice } from "./notices.tsx";
import { caseKey } from "./review-live.ts";
import { addComment, type Collection, settleComment } from "./review-requests.ts";
import type { Mark } from "./waveform.tsx";

interface Thread {
  kind: Collection;
  id: string;
}

interface Props extends Thread {
  /** How many are on air. */
  parts: number;
  comments: ReviewComment[];
}

/** A comment that the server has not confirmed yet. */
type Said = Pick<ReviewComment, "part" | "atMs" | "text">;

/** Asks again as well: of two answers the earlier one may come last. */
function onChanged({ kind, id }: Thread, seen: ReviewCase): void {
  queries.setQueryData(caseKey(kind, id), seen);
  void queries.invalidateQueries({ queryKey: caseKey(kind, id) });
}

/** Where comments on a part are, for its waveform. */
export const commentMarks = (comments: readonly ReviewComment[], part: number): Mark[] =>
  comments
    .filter((comment) => comment.part === part && comment.resolved === null)
    .map(({ atMs }) => ({ fromMs: atMs, toMs: atMs, tone: "note" }));

/**
 * What was said about moments of what is heard, and the way to say more. What somebody does here shows at once: it airs nothing, and is
 * taken back where the server does not take it.
 */
export function ReviewThread({ kind, id, parts, comments }: Props) {
  const { t } = useTranslation();
  const mutationKey = ["comment", kind, id];
  const draftName = mutationKey.join(" ");
  const adding = useMutation({
    mutationKey,
    mutationFn: (said: Said) => addComment(kind, id, said),
    onSuccess(seen) {
      dropDraft(draftName);
      onChanged({ kind, id }, seen);
    },
    onError: (_, { text }) => announce(() => t("review.notSent", { text })),
  });
  // Also what was sent before somebody looked at another page and came back.
  const [sending] = useMutationState({
    filters: { mutationKey, status: "pending" },
    select: ({ state }) => state.variables as Said,
  });
  return (
    <>
      <ul className="plain-list">
        {comments.map((comment) => (
          <Comment key={comment.id} thread={{ kind, id }} comment={comment} />
        ))}
        {sending && (
          <li className="comment" aria-busy="true">
            <span className="number">
              {sending.part}. {durationText(sending.atMs)}
            </span>
            <span>{sending.text}</span>
            <span className="hint">{t("review.sending")}</span>
          </li>
        )}
      </ul>
      {may("content:comment") && (
        <CommentForm
          draftName={draftName}
          parts={parts}
          isSending={sending !== undefined}
          error={adding.error}
          onAdd={adding.mutate}
        />
      )}
    </>
  );
}

function Comment({ thread, comment }: { thread: Thread; comment: ReviewComment }) {
  const { t } = useTranslation();
  const listening = useListening();
  const { part, partTitle, atMs, text, by, createdAt } = comment;
  const settling = useMutation({
    mutationFn: (isSettled: boolean) => settleComment(thread.kind, thread.id, comment.id, isSettled),
    onSuccess: (seen) => onChanged(thread, seen),
    onError: (error) => announce(() => sentence(asProblem(error).detail)),
  });
  const isSettled = settling.isPending ? settling.variables : comment.resolved !== null;
  return (
    <li className={isSettled ? "comment resolved" : "comment"}>
      <Button size="small" onClick={() => listening.goTo(part, atMs)}>
        {part}. {partTitle} {durationText(atMs)}
      </Button>
      <span>{text}</span>
      <span className="hint">
        {by} {momentText(createdAt)}
      </span>
      {isSettled && (
        <span className="fact">{t("review.resolvedBy", { by: comment.resolved?.by ?? nameOfUser() })}</span>
      )}
      {may("content:comment") && (
        <Button
          size="small"
          type="text"
          aria-busy={settling.isPending}
          onClick={() => !settling.isPending && settling.mutate(!isSettled)}
        >
          {t(isSettled ? "review.reopen" : "review.resolve")}
        </Button>
      )}
    </li>
  );
}

interface Draft {
  text: string;
  /** A comment is about the moment that was marked for it, or else at which somebody begins to write it. */
  marked: ReturnType<Listening["place"]> | null;
}

const EMPTY: Draft = { text: "", marked: null };
const draftBy = (name: string) => (keptDraft(name) as Draft | null) ?? EMPTY;

interface FormProps {
  draftName: string;
  parts: number;
  isSending: boolean;
  error: Error | null;
  onAdd: (said: Said) => void;
}

/** What is written stays until the server has it, also while somebody looks at another page. */
function CommentForm({ draftName, parts, isSending, error, onAdd }: FormProps) {
  const { t } = useTranslation();
  const inputId = useId();
  const listening = useListening();
  const [, redraw] = useReducer((times: number) => times + 1, 0);
  // Once the server has answered it is there no more, or again.
  const { text, marked } = isSending ? EMPTY : draftBy(draftName);
  const at = marked ?? { part: 1, atMs: 0 };
  function change(next: Draft) {
    keepDraft(draftName, next);
    redraw();
  }
  function add(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    if (!isSending) onAdd({ ...at, text: text.trim() });
  }
  return (
    <form className="comment-form" onSubmit={add}>
      <div className="field">
        <label htmlFor={inputId}>
          {t("review.commentAt", { part: at.part, time: durationText(at.atMs) })}
        </label>
        <input
          id={inputId}
          className="comment-text"
          maxLength={1000}
          required
          readOnly={isSending}
          value={text}
          onFocus={() => !isSending && text === "" && change({ text, marked: listening.place(parts) })}
          onChange={({ target }) =>
            change(
              target.value === "" ? EMPTY : { text: target.value, marked: marked ?? listening.place(parts) },
            )
          }
        />
      </div>
      {error && <ProblemNotice error={error} />}
      <Button htmlType="submit" loading={isSending}>
        {t("review.comment")}
      </Button>
    </form>
  );
}
