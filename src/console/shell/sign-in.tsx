import { Button } from "antd";
import { type SubmitEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { asProblem, type Problem, signIn, waysToSignIn, whoIsSignedIn } from "../api.js";
import { TextField, textOf } from "../parts/fields.tsx";
import { NativeDialog } from "../parts/native-dialog.tsx";
import { ProblemNotice } from "../parts/notices.tsx";
import { LanguageButton } from "./language-button.tsx";
import { ProviderPart, type Ways } from "./provider-part.tsx";
import { noteSignedIn, type Why } from "./session.ts";

/** Password, second factor where the account has one, or the office's provider. */
export function SignIn({ why, failure }: { why: Why; failure: unknown }) {
  const { t } = useTranslation();
  const [problem, setProblem] = useState<Problem | null>(failure === null ? null : asProblem(failure));
  const [note, setNote] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [wantsCode, setWantsCode] = useState(false);
  const [ways, setWays] = useState<Ways | null>(null);
  const password = useRef<HTMLInputElement>(null);
  const code = useRef<HTMLInputElement>(null);

  useEffect(() => {
    // Whoever cannot ask how to sign in finds out by the password as well.
    waysToSignIn().then(setWays, () => {});
  }, []);

  useEffect(() => {
    if (why !== "expired") return;
    // Somebody who comes back to this tab may have signed in in another one; otherwise the form stays.
    const look = () => void whoIsSignedIn().then(noteSignedIn, () => {});
    addEventListener("focus", look);
    return () => removeEventListener("focus", look);
  }, [why]);

  useEffect(() => void (wantsCode && code.current?.select()), [wantsCode]);

  async function attempt(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const value = (name: string) => textOf(form, name);
    setBusy(true);
    setProblem(null);
    setNote(null);
    try {
      await signIn(value("name").trim(), value("password"), value("code").trim());
      noteSignedIn();
    } catch (error) {
      const found = asProblem(error);
      // The password was right; what comes next is no failure.
      setWantsCode((wanted) => wanted || found.secondFactor !== null);
      if (found.secondFactor === "needed") setNote(t("signIn.codeHint"));
      else setProblem(found);
      if (found.secondFactor === null) password.current?.select();
      else code.current?.select();
    } finally {
      setBusy(false);
    }
  }

  const isOver = why === "expired";
  const hasPassword = ways?.oidc === undefined || ways.oidc === null || ways.password;
  return (
    <NativeDialog className={isOver ? "sign-in" : "sign-in whole"} labelledBy="sign-in-title">
      <form onSubmit={(event) => void attempt(event)}>
        <p className="brand">
          <span className="brand-name">{t("brand.name")}</span> {t("brand.subtitle")}
        </p>
        <h1 id="sign-in-title">{t(isOver ? "signIn.expiredTitle" : "signIn.title")}</h1>
        {why === "expired" && <p>{t("signIn.expired")}</p>}
        {why === "signed-out" && <p>{t("signIn.signedOut")}</p>}
        <div aria-live="assertive">
          {isBusy && <p className="loading">{t("signIn.busy")}</p>}
          {note !== null && <p className="hint">{note}</p>}
          {problem !== null && <ProblemNotice error={problem} title={t("signIn.failed")} />}
        </div>
        {hasPassword && (
          <>
            <TextField
              label={t("signIn.name")}
              name="name"
              autoComplete="username"
              required
              maxLength={100}
            />
            <TextField
              ref={password}
              label={t("signIn.password")}
              name="password"
              type="password"
              autoComplete="current-password"
              required
              maxLength={200}
            />
            {wantsCode && (
              <TextField
                ref={code}
                label={t("signIn.code")}
                name="code"
                autoComplete="one-time-code"
                maxLength={40}
              />
            )}
            <Button type="primary" htmlType="submit" disabled={isBusy} block>
              {t("signIn.submit")}
            </Button>
            <p className="hint">{t("signIn.hint")}</p>
          </>
        )}
        {ways?.oidc && (
          <ProviderPart ways={ways} isOver={isOver} onProblem={setProblem} onOtherTab={setNote} />
        )}
        <div className="language">
          <LanguageButton />
        </div>
      </form>
    </NativeDialog>
  );
}
