import { useMutation } from "@tanstack/react-query";
import { Button } from "antd";
import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ProblemNotice } from "./notices.tsx";
import { createSpoken, heardSpeech, type Speech } from "./spoken.ts";
import { SpokenText } from "./spoken-text.tsx";
import { useStore } from "./store.ts";

interface Props {
  title: string;
  /** To begin with. */
  text?: string;
  confirm: string;
  busy: string;
  run: (speech: Speech) => Promise<void>;
  onClose: () => void;
  /** What it is about. */
  children?: ReactNode;
}

/** A dialog for a text that can be used once it was heard to its end. */
export function SpokenDialog({ title, text = "", confirm, busy, run, onClose, children }: Props) {
  const { t } = useTranslation();
  const titleId = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const [spoken] = useState(() => createSpoken(text));
  const speech = heardSpeech(useStore(spoken));
  const using = useMutation({ mutationFn: run, onSuccess: onClose });
  useEffect(() => {
    const { current } = dialog;
    current?.showModal();
    field.current?.focus();
    return () => current?.close();
  }, []);
  return (
    <dialog ref={dialog} className="speech" aria-labelledby={titleId} onClose={onClose}>
      <h2 id={titleId}>{title}</h2>
      {children}
      <SpokenText spoken={spoken} field={field} />
      <div aria-live="assertive">
        {using.isPending && <p className="loading">{busy}</p>}
        {using.error && <ProblemNotice error={using.error} />}
      </div>
      <div className="buttons">
        <Button
          type="primary"
          disabled={speech === null || using.isPending}
          onClick={() => speech && using.mutate(speech)}
        >
          {confirm}
        </Button>
        <Button onClick={() => dialog.current?.close()}>{t("action.cancel")}</Button>
      </div>
    </dialog>
  );
}
