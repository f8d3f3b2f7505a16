import { Button } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { asProblem, isSignInMissing, type Problem } from "../api.js";
import { sentence } from "../server-words.js";
import { isText, type TextKey } from "../shell/texts.ts";

/** How a page says that it is loading, that there is nothing, and that something did not work: each with what to do. */

export function Loading() {
  const { t } = useTranslation();
  return (
    <p className="loading" role="status">
      {t("list.loading")}
    </p>
  );
}

export function Empty({ what, hint, children }: { what: TextKey; hint: TextKey; children?: ReactNode }) {
  const { t } = useTranslation();
  return (
    <div className="empty">
      <p className="empty-what">{t(what)}</p>
      <p>{t(hint)}</p>
      {children}
    </div>
  );
}

const UNREACHED = new Set(["offline", "timeout"]);

function useTitle(problem: Problem): string {
  const { t } = useTranslation();
  // A code or a password that is wrong, of somebody who is signed in all the same.
  if (problem.code === "unauthorized" && !isSignInMissing(problem)) return t("problem.notProven");
  const key = `problem.${problem.code}`;
  return t(isText(key) ? key : "problem.internal");
}

function useHint(problem: Problem): string | null {
  const { t } = useTranslation();
  const { code, hint } = problem;
  if (isSignInMissing(problem)) return t("problem.unauthorizedHint");
  if (hint !== null) return sentence(hint);
  return UNREACHED.has(code) ? t("problem.offlineHint") : null;
}

interface ProblemProps {
  error: unknown;
  title?: string | undefined;
  /** The label of the field that something is wrong with. */
  nameOf?: (at: string) => string;
  onRetry?: (() => void) | undefined;
}

/** Everything a problem document says. A lack of permission is one: its hint says whom to ask. */
export function ProblemNotice({ error, title, nameOf, onRetry }: ProblemProps) {
  const { t } = useTranslation();
  const problem = asProblem(error);
  const { code, detail, errors, instance } = problem;
  const itsTitle = useTitle(problem);
  const hint = useHint(problem);
  // Where one thing is wrong, it is the detail itself; saying it twice helps nobody.
  const fields = errors.filter(({ message }) => message !== detail);
  const [first] = errors;
  const where = nameOf && first?.message === detail ? nameOf(first.at) : "";
  if (code === "called_off") return <p role="status">{t("problem.called_off")}</p>;
  return (
    <div className="problem" role="alert">
      <p className="problem-title">{title ?? itsTitle}</p>
      {!UNREACHED.has(code) && detail !== "" && (
        <p>
          {where}
          {sentence(detail)}
        </p>
      )}
      {fields.length > 0 && (
        <ul>
          {fields.map(({ at, message }) => (
            <li key={`${at} ${message}`}>
              {nameOf ? nameOf(at) : <code>{at} </code>}
              {sentence(message)}
            </li>
          ))}
        </ul>
      )}
      {hint !== null && <p className="hint">{hint}</p>}
      {code === "internal" && instance !== null && (
        <p className="hint">{t("problem.reference", { id: instance })}</p>
      )}
      {onRetry && <Button onClick={onRetry}>{t("action.retry")}</Button>}
    </div>
  );
}
