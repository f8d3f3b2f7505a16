import { useMutation } from "@tanstack/react-query";
import { Button } from "antd";
import { type SubmitEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { asProblem, may } from "../api.js";
import type { ReviewCase, ReviewComment } from "../api-types.ts";
import { durationText, momentText } from "../format.js";
import { announce } from "../notices.js";
import { sentence } from "../server-words.js";
import { type Listening, useListening } from "./listening.ts";
import { ProblemNotice } from "./notices.tsx";
import { addComment, type Collection, settleComment } from "./review-requests.ts";
import type { Mark } from "./waveform.tsx";

interface Props {
  kind: Collection;
  id: string;
  /** How many are on air. */
  parts: number;
  comments: ReviewComment[];
  onChanged: (seen: ReviewCase) => void;
}

/** Where comments on a part are, for its waveform. */
export const commentMarks = (comments: readonly ReviewComment[], part: number): Mark[] =>
  comments
    .filter((comment) => comment.part === part && comment.resolved === null)
    .map(({ atMs }) => ({ fromMs: atMs, toMs: atMs, tone: "note" }));

/** What was said about moments of what is heard, and the way to say more. */
export function ReviewThread({ kind, id, parts, comments, onChanged }: Props) {
  return (
    <>
      <ul className="plain-list">
        {comments.map((comment) => (
          <Comment key={comment.id} kind={kind} id={id} comment={comment} onChanged={onChanged} />
        ))}
      </ul>
      {may("content:comment") && <CommentForm kind={kind} id={id} parts={parts} onChanged={onChanged} />}
    </>
  );
}

function Comment({
  kind,
  id,
  comment,
  onChanged,
}: Omit<Props, "comments" | "parts"> & { comment: ReviewComment }) {
  const { t } = useTranslation();
  const listening = useListening();
  const { part, partTitle, atMs, text, by, createdAt, resolved } = comment;
  const settling = useMutation({
    mutationFn: () => settleComment(kind, id, comment.id, resolved === null),
    onSuccess: onChanged,
    onError: (error) => announce(() => sentence(asProblem(error).detail)),
  });
  return (
    <li className={resolved === null ? "comment" : "comment resolved"}>
      <Button size="small" onClick={() => listening.goTo(part, atMs)}>
        {part}. {partTitle} {durationText(atMs)}
      </Button>
      <span>{text}</span>
      <span className="hint">
        {by} {momentText(createdAt)}
      </span>
      {resolved !== null && <span className="fact">{t("review.resolvedBy", { by: resolved.by })}</span>}
      {may("content:comment") && (
        <Button size="small" type="text" loading={settling.isPending} onClick={() => settling.mutate()}>
          {t(resolved === null ? "review.resolve" : "review.reopen")}
        </Button>
      )}
    </li>
  );
}

type Moment = ReturnType<Listening["place"]>;

function CommentForm({ kind, id, parts, onChanged }: Omit<Props, "comments">) {
  const { t } = useTranslation();
  const inputId = useId();
  const listening = useListening();
  const [text, setText] = useState("");
  const [marked, setMarked] = useState<Moment | null>(null);
  const at = marked ?? { part: 1, atMs: 0 };
  const adding = useMutation({
    mutationFn: () => addComment(kind, id, { ...at, text: text.trim() }),
    onSuccess(seen) {
      type("");
      onChanged(seen);
    },
  });
  /** A comment is about the moment that was marked for it, or else at which somebody begins to write it. */
  function type(next: string) {
    setText(next);
    if (next === "") setMarked(null);
    else if (marked === null) setMarked(listening.place(parts));
  }
  function add(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    adding.mutate();
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
          readOnly={adding.isPending}
          value={text}
          onFocus={() => text === "" && setMarked(listening.place(parts))}
          onChange={({ target }) => type(target.value)}
        />
      </div>
      {adding.error && <ProblemNotice error={adding.error} />}
      <Button htmlType="submit" loading={adding.isPending}>
        {t("review.comment")}
      </Button>
    </form>
  );
}
