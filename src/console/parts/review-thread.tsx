import { useMutation } from "@tanstack/react-query";
import { Button } from "antd";
import { type SubmitEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { asProblem, may } from "../api.js";
import type { ReviewCase, ReviewComment } from "../api-types.ts";
import { durationText, momentText } from "../format.js";
import { announce } from "../notices.js";
import { sentence } from "../server-words.js";
import { queries } from "../shell/live-query.ts";
import { nameOfUser } from "../shell/session.ts";
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

const onChanged = ({ kind, id }: Thread, seen: ReviewCase): void =>
  void queries.setQueryData(caseKey(kind, id), seen);

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
  const adding = useMutation({
    mutationFn: (said: Said) => addComment(kind, id, said),
    onSuccess: (seen) => onChanged({ kind, id }, seen),
  });
  return (
    <>
      <ul className="plain-list">
        {comments.map((comment) => (
          <Comment key={comment.id} thread={{ kind, id }} comment={comment} />
        ))}
        {adding.isPending && (
          <li className="comment" aria-busy="true">
            <span className="number">
              {adding.variables.part}. {durationText(adding.variables.atMs)}
            </span>
            <span>{adding.variables.text}</span>
            <span className="hint">{t("review.sending")}</span>
          </li>
        )}
      </ul>
      {may("content:comment") && (
        <CommentForm
          parts={parts}
          isSending={adding.isPending}
          error={adding.error}
          onAdd={(said) => adding.mutateAsync(said)}
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

type Moment = ReturnType<Listening["place"]>;

interface FormProps {
  parts: number;
  isSending: boolean;
  error: Error | null;
  onAdd: (said: Said) => Promise<unknown>;
}

function CommentForm({ parts, isSending, error, onAdd }: FormProps) {
  const { t } = useTranslation();
  const inputId = useId();
  const listening = useListening();
  const [text, setText] = useState("");
  const [marked, setMarked] = useState<Moment | null>(null);
  const at = marked ?? { part: 1, atMs: 0 };
  /** A comment is about the moment that was marked for it, or else at which somebody begins to write it. */
  function type(next: string) {
    setText(next);
    if (next === "") setMarked(null);
    else if (marked === null) setMarked(listening.place(parts));
  }
  async function add(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    type("");
    try {
      await onAdd({ ...at, text: text.trim() });
    } catch {
      // Nothing is lost: the error says why it is here again.
      setText(text);
      setMarked(at);
    }
  }
  return (
    <form className="comment-form" onSubmit={(event) => void add(event)}>
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
          onFocus={() => text === "" && setMarked(listening.place(parts))}
          onChange={({ target }) => type(target.value)}
        />
      </div>
      {error && <ProblemNotice error={error} />}
      <Button htmlType="submit" loading={isSending}>
        {t("review.comment")}
      </Button>
    </form>
  );
}
