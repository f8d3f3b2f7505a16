import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { asProblem, beginAtProvider, type Problem, type waysToSignIn } from "../api.js";
import { sentence } from "../server-words.js";
import { rememberPlace } from "./provider-return.ts";

export type Ways = Awaited<ReturnType<typeof waysToSignIn>>;

interface Props {
  ways: Ways;
  /** Whether the form lies over a page with something on it. */
  isOver: boolean;
  onProblem: (problem: Problem) => void;
  onOtherTab: (note: string) => void;
}

/** The part of the sign-in form that leads to a provider of the office's own. */
export function ProviderPart({ ways: { password, oidc }, isOver, onProblem, onOtherTab }: Props) {
  const { t } = useTranslation();
  const [isBusy, setBusy] = useState(false);

  async function leave() {
    setBusy(true);
    // What was filled in stays where it is: the sign-in is made in another tab.
    const tab = isOver ? open("", "_blank") : null;
    if (tab) tab.opener = null;
    try {
      const { url } = await beginAtProvider();
      if (tab) {
        tab.location.href = url;
        onOtherTab(t("provider.inOtherTab"));
        return;
      }
      rememberPlace(location.hash);
      location.assign(url);
    } catch (error) {
      tab?.close();
      onProblem(asProblem(error));
    } finally {
      setBusy(false);
    }
  }

  if (oidc === null) return null;
  return (
    <div className="provider">
      {password && <p className="or">{t("provider.or")}</p>}
      <Button type={password ? "default" : "primary"} disabled={isBusy} onClick={() => void leave()} block>
        {oidc.label === null ? t("provider.button") : t("provider.buttonOf", { label: oidc.label })}
      </Button>
      {oidc.problem !== null && <p className="warning">{sentence(oidc.problem)}</p>}
    </div>
  );
}
