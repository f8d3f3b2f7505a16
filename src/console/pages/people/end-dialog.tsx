import type { ReactNode } from "react";
import { announce } from "../../notices.js";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { askAgainForPeople } from "./people-data.ts";

interface Props {
  title: string;
  confirm: string;
  /** Said when it is done. */
  done: () => string;
  run: () => Promise<unknown>;
  onClose: () => void;
  children: ReactNode;
}

/** Takes something from somebody, after naming it. */
export const EndDialog = ({ done, children, ...dialog }: Props) => (
  <ConfirmDialog
    isGrave
    {...dialog}
    onDone={() => {
      announce(done);
      askAgainForPeople();
    }}
  >
    {children}
  </ConfirmDialog>
);
