import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { secondsText, ZONE } from "../format.js";
import { useNow } from "../parts/now.ts";
import { LanguageButton } from "./language-button.tsx";
import { leaveSession, nameOfUser } from "./session.ts";
import { chooseTheme, THEMES, useTheme } from "./theme.ts";

/** The server's time, the own account, how the console looks, and the way out: beside the brand, or in a phone's menu. */
export function Tools({ isInMenu = false }: { isInMenu?: boolean }) {
  const { t } = useTranslation();
  return (
    <div className={isInMenu ? "tools in-menu" : "tools"}>
      <Clock />
      <a className="account-link" href="#/account">
        <span className="user">{t("account.of", { name: nameOfUser() })}</span>
        {t("nav.account")}
      </a>
      <LanguageButton />
      <ThemeButton />
      <Button type="text" onClick={() => void leaveSession()}>
        {t("header.signOut")}
      </Button>
    </div>
  );
}

function Clock() {
  const { t } = useTranslation();
  return (
    <span className="clock" title={t("header.clock", { zone: ZONE })}>
      {secondsText(useNow())}
    </span>
  );
}

/** Goes on to the next of the three looks. */
function ThemeButton() {
  const { t } = useTranslation();
  const { chosen } = useTheme();
  const next = THEMES[(THEMES.indexOf(chosen) + 1) % THEMES.length] ?? "system";
  return (
    <Button
      type="text"
      aria-label={t("theme.label", { now: t(`theme.${chosen}`), next: t(`theme.${next}`) })}
      onClick={() => chooseTheme(next)}
    >
      {t(`theme.${chosen}`)}
    </Button>
  );
}
