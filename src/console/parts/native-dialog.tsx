import type { ReactNode } from "react";
import { useModal } from "./modal.ts";

interface Props {
  className: string;
  labelledBy: string;
  children: ReactNode;
}

/**
 * A dialog of the browser's own that nothing but its content closes. It lies over other such dialogs; whatever is drawn inside
 * the page would lie beneath them.
 */
export function NativeDialog({ className, labelledBy, children }: Props) {
  const dialog = useModal();
  return (
    <dialog
      ref={dialog}
      className={className}
      aria-labelledby={labelledBy}
      onCancel={(event) => event.preventDefault()}
      // Browsers let a second Escape through; there is nothing to go back to.
      onClose={({ currentTarget }) => void (currentTarget.isConnected && currentTarget.showModal())}
    >
      {children}
    </dialog>
  );
}
