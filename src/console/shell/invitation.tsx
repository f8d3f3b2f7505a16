import { Button } from "antd";
import { type SubmitEvent, useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { asProblem, asStranger, Problem } from "../api.js";
import { momentText } from "../format.js";
import { TextField, textOf } from "../parts/fields.tsx";
import { NativeDialog } from "../parts/native-dialog.tsx";
import { Loading, ProblemNotice } from "../parts/notices.tsx";
import { LanguageButton } from "./language-button.tsx";

/** The token of an invitation's link, if this is one. It does not stay in the address, nor in the history. */
export function takeInvitation(): string | null {
  const [, token] = /^#\/invitation\/([\w-]+)$/.exec(location.hash) ?? [];
  if (token !== undefined) history.replaceState(null, "", "#/today");
  return token ?? null;
}

interface Invited {
  name: string;
  expiresAt: string;
}

/** Whoever was invited sets the own password; then there is nothing left to do but to sign in. */
export function Invitation({ token, onDone }: { token: string; onDone: () => void }) {
  const { t } = useTranslation();
  const [invited, setInvited] = useState<Invited | null>(null);
  const [unknown, setUnknown] = useState<Problem | null>(null);
  const [refused, setRefused] = useState<Problem | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [isSet, setSet] = useState(false);
  const next = useRef<HTMLInputElement>(null);
  const leave = useRef<HTMLButtonElement>(null);

  const look = useCallback(() => {
    asStranger("/invitations/look", { token }).then(setInvited, (error) => setUnknown(asProblem(error)));
  }, [token]);
  useEffect(look, [look]);
  const lookAgain = () => {
    setUnknown(null);
    look();
  };
  useEffect(() => void (invited && next.current?.focus()), [invited]);
  useEffect(() => void (isSet && leave.current?.focus()), [isSet]);

  async function accept(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setRefused(null);
    try {
      if (textOf(form, "next") !== textOf(form, "again")) throw new Problem("invalid", t("password.differs"));
      await asStranger("/invitations/accept", { token, password: textOf(form, "next") });
      setSet(true);
    } catch (error) {
      setRefused(asProblem(error));
    } finally {
      setBusy(false);
    }
  }

  const isOpen = invited !== null && !isSet;
  return (
    <NativeDialog className="sign-in whole" labelledBy="invitation-title">
      <form onSubmit={(event) => void accept(event)}>
        <h1 id="invitation-title">{t("invitation.title")}</h1>
        {invited === null && unknown === null && <Loading />}
        {unknown !== null && (
          <ProblemNotice error={unknown} onRetry={unknown.code === "not_found" ? undefined : lookAgain} />
        )}
        {isOpen && (
          <>
            <p>{t("invitation.for", { name: invited.name, time: momentText(invited.expiresAt) })}</p>
            <TextField
              label={t("password.new")}
              name="next"
              type="password"
              autoComplete="new-password"
              maxLength={200}
              hint={<p className="hint">{t("password.hint")}</p>}
              ref={next}
            />
            <TextField
              label={t("password.repeat")}
              name="again"
              type="password"
              autoComplete="new-password"
              maxLength={200}
            />
          </>
        )}
        <div aria-live="assertive">
          {refused !== null && <ProblemNotice error={refused} title={t("invitation.failed")} />}
          {isSet && <p className="done">{t("invitation.done", { name: invited?.name ?? "" })}</p>}
        </div>
        <div className="buttons">
          {isOpen && (
            <Button type="primary" htmlType="submit" disabled={isBusy}>
              {t("invitation.submit")}
            </Button>
          )}
          {(isSet || unknown !== null) && (
            <Button ref={leave} onClick={onDone}>
              {t("invitation.toSignIn")}
            </Button>
          )}
          <LanguageButton />
        </div>
      </form>
    </NativeDialog>
  );
}
