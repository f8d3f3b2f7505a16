import { Button } from "antd";
import { type ReactNode, useEffect, useId } from "react";
import { useTranslation } from "react-i18next";
import { useModal } from "./modal.ts";

interface Props {
  title: string;
  /** Beside the title. */
  extra: ReactNode;
  onClose: () => void;
  children: ReactNode;
}

/** A dialog along the left edge, as a phone's menu; Escape and a tap beside it close it. */
export function SideDialog({ title, extra, onClose, children }: Props) {
  const { t } = useTranslation();
  const titleId = useId();
  const dialog = useModal();
  useEffect(() => {
    const { current } = dialog;
    const closeBeside = ({ target }: MouseEvent) => target === current && current?.close();
    current?.addEventListener("click", closeBeside);
    return () => current?.removeEventListener("click", closeBeside);
  }, [dialog]);
  return (
    <dialog ref={dialog} className="side-dialog" aria-labelledby={titleId} onClose={onClose}>
      <div className="side-dialog-body">
        <div className="side-dialog-head">
          <h2 id={titleId}>{title}</h2>
          {extra}
        </div>
        {children}
        <Button onClick={() => dialog.current?.close()} block>
          {t("action.close")}
        </Button>
      </div>
    </dialog>
  );
}
