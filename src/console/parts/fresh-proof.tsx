import { type FormEvent, useEffect, useId, useRef } from "react";
import { useTranslation } from "react-i18next";
import { onProofNeeded } from "../api.js";
import { TextField, textOf } from "./fields.tsx";
import { openDialog } from "./opened-dialogs.tsx";
import { PaneDialog } from "./pane-dialog.tsx";

/** Whoever confirms what another asked for, or hands something to a script, shows that it is them who sits there. */
export const askWhereProofIsNeeded = () =>
  onProofNeeded(
    (what) =>
      new Promise((resolve) => {
        openDialog((close) => (
          <FreshProof
            isCode={what === "code"}
            onEnd={(proof) => {
              resolve(proof);
              close();
            }}
          />
        ));
      }),
  );

interface Props {
  /** Of the second factor; else the password. */
  isCode: boolean;
  onEnd: (proof: object | null) => void;
}

function FreshProof({ isCode, onEnd }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  function give(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const proof = textOf(new FormData(event.currentTarget), "proof");
    onEnd(isCode ? { code: proof } : { currentPassword: proof });
  }
  return (
    <PaneDialog
      className="confirm"
      title={t("fresh.title")}
      actions={
        <button type="submit" form={id} className="primary">
          {t("fresh.go")}
        </button>
      }
      onClose={() => onEnd(null)}
    >
      <form id={id} className="dialog-body" onSubmit={give}>
        <p>{t(isCode ? "fresh.codeHint" : "fresh.passwordHint")}</p>
        {isCode ? (
          <TextField
            ref={input}
            name="proof"
            label={t("factor.codeOrRecovery")}
            autoComplete="one-time-code"
            required
            minLength={6}
            maxLength={40}
          />
        ) : (
          <TextField
            ref={input}
            name="proof"
            label={t("password.current")}
            type="password"
            autoComplete="current-password"
            required
            maxLength={200}
          />
        )}
      </form>
    </PaneDialog>
  );
}
