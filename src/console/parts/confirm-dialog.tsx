import { useMutation } from "@tanstack/react-query";
import { Button } from "antd";
import { type ReactNode, type RefObject, useEffect, useId, useRef } from "react";
import { useTranslation } from "react-i18next";
import { asProblem } from "../api.js";
import { ProblemNotice } from "./notices.tsx";

interface Props<R> {
  title: string;
  confirm: string;
  /** Instead of `confirm` after a failure. */
  again?: string;
  /** Said while it is being done. */
  busy?: string;
  /** Whether the button is the red one. */
  isGrave?: boolean;
  /** Whether it is about a drill, which looks like nothing else. */
  isDrill?: boolean;
  /** Told when the dialog is closed before it is done. */
  run: (closing: AbortSignal) => Promise<R>;
  onDone: (result: R) => void;
  /** What came of it, to be read before it is closed; without it the dialog closes by itself. */
  outcome?: (result: R) => ReactNode;
  onClose: () => void;
  /** The `id` of a form among the children: Enter in a field of it confirms, too. */
  form?: string;
  /** What is written into first; without it the button that does nothing is under the finger. */
  first?: RefObject<HTMLElement | null>;
  children: ReactNode;
}

const INVALID = "input:invalid, select:invalid, textarea:invalid";

/**
 * Asks before something is done, does it, and says what came of it or did not work. What is missing or wrong is said by
 * the browser.
 */
export function ConfirmDialog<R>({
  title,
  confirm,
  again = confirm,
  busy,
  isGrave = false,
  isDrill = false,
  run,
  onDone,
  outcome,
  onClose,
  form,
  first,
  children,
}: Props<R>) {
  const { t } = useTranslation();
  const titleId = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const leave = useRef<HTMLButtonElement>(null);
  const said = useRef<HTMLDivElement>(null);
  const closing = useRef(new AbortController());
  const running = useMutation({
    mutationFn: () => run(closing.current.signal),
    onSuccess(result) {
      onDone(result);
      // Closed meanwhile, so that `onClose` would close what was opened after it.
      if (!dialog.current?.open) return;
      // A slip of the Enter key must not do it again.
      if (outcome) return leave.current?.focus();
      // Closed before it is taken away, so that the focus goes back to where it was opened.
      dialog.current.close();
      onClose();
    },
  });
  useEffect(() => {
    const { current } = dialog;
    current?.showModal();
    if (first) first.current?.focus();
    // It is in sight already, and what the dialog begins with stays so.
    else leave.current?.focus({ preventScroll: true });
    return () => current?.close();
  }, [first]);
  useEffect(() => {
    // The buttons are in sight wherever a long dialog stands, and what comes of them is to be as well.
    if (running.isPending || running.isError) said.current?.scrollIntoView({ block: "nearest" });
  }, [running.isPending, running.isError]);
  function act() {
    const wrong = dialog.current?.querySelector<HTMLInputElement>(INVALID);
    if (wrong) wrong.reportValidity();
    else if (!running.isPending) running.mutate();
  }
  const { code } = running.error ? asProblem(running.error) : { code: "" };
  const isOver = outcome !== undefined && running.isSuccess;
  return (
    <dialog
      ref={dialog}
      className={isDrill ? "confirm drill" : "confirm"}
      aria-labelledby={titleId}
      onClose={() => {
        closing.current.abort();
        onClose();
      }}
      onSubmit={(event) => {
        event.preventDefault();
        if (form !== undefined) act();
      }}
    >
      <h2 id={titleId} className={isGrave ? "grave" : undefined}>
        {title}
      </h2>
      {!isOver && <div className="dialog-body">{children}</div>}
      <div ref={said} className="dialog-body" aria-live="assertive">
        {running.isPending && busy !== undefined && <p className="loading">{busy}</p>}
        {running.error && <ProblemNotice error={running.error} />}
        {/* Without an answer nobody knows whether the server acted. */}
        {(code === "offline" || code === "timeout") && <p className="hint">{t("problem.unknownOutcome")}</p>}
        {isOver && outcome(running.data)}
      </div>
      <div className="buttons">
        {!isOver && (
          <Button
            type="primary"
            danger={isGrave}
            loading={running.isPending}
            {...(form === undefined ? { onClick: act } : { htmlType: "submit", form })}
          >
            {running.error ? again : confirm}
          </Button>
        )}
        <Button ref={leave} onClick={() => dialog.current?.close()}>
          {t(isOver ? "action.close" : "action.cancel")}
        </Button>
      </div>
    </dialog>
  );
}
