import { type ReactNode, useEffect, useId, useLayoutEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useModal } from "./modal.ts";

interface Props {
  className?: string;
  title: string;
  /** Before the button that closes it. */
  actions?: ReactNode;
  onClose: () => void;
  children: ReactNode;
}

/** A dialog of the browser's own to look at or to work in; Escape closes it. */
export function PaneDialog({ className = "pane", title, actions, onClose, children }: Props) {
  const { t } = useTranslation();
  const titleId = useId();
  const dialog = useModal();
  const told = useRef(onClose);
  useEffect(() => void (told.current = onClose), [onClose]);
  useLayoutEffect(() => {
    const { current } = dialog;
    const tell = () => told.current();
    current?.addEventListener("close", tell);
    // Taken away with its page it closes as well, and nobody closed it.
    return () => current?.removeEventListener("close", tell);
  }, [dialog]);
  return (
    <dialog ref={dialog} className={className} aria-labelledby={titleId}>
      <h2 id={titleId}>{title}</h2>
      {children}
      <div className="buttons">
        {actions}
        <button type="button" onClick={() => dialog.current?.close()}>
          {t("action.close")}
        </button>
      </div>
    </dialog>
  );
}
