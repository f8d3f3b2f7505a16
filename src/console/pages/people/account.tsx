import { Button } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { readMe } from "../../api.js";
import type { Me } from "../../api-types.ts";
import { Loading, ProblemNotice } from "../../parts/notices.tsx";
import { useLive } from "../../shell/live-query.ts";
import { Page } from "../../shell/page.tsx";
import type { TextKey } from "../../shell/texts.ts";
import { Deputies } from "./deputies.tsx";
import { DeputyDialog, ownReviewRoles } from "./deputy-dialog.tsx";
import { OwnFactor } from "./own-factor.tsx";
import { OwnLink } from "./own-link.tsx";
import { PasswordDialog } from "./password-dialog.tsx";
import { askAgainForPeople, keyOf } from "./people-data.ts";
import { RolesText } from "./roles-text.tsx";
import { SignIns } from "./sign-ins.tsx";
import { TokenDialog } from "./token-dialog.tsx";
import { Tokens } from "./tokens.tsx";
import "./people.css";

/** The own account: second factor, password, who stands in, sign-ins and tokens. */
export default function Account() {
  const { t } = useTranslation();
  const { data, error, refetch } = useLive({
    key: keyOf("me"),
    load: (signal): Promise<Me> => readMe(signal),
    topics: ["people"],
  });
  return (
    <Page title={t("account.title")}>
      <section className="view">
        {data === undefined && error === null && <Loading />}
        {data === undefined && error !== null && (
          <ProblemNotice error={error} onRetry={() => void refetch()} />
        )}
        {data && <Own me={data} />}
      </section>
    </Page>
  );
}

type Open = "password" | "deputy" | "token" | null;

function Own({ me }: { me: Me }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const { user, password, scopes } = me;
  const ownRoles = ownReviewRoles(user.roles);
  return (
    <>
      <p>
        <strong>{user.name}</strong> · {t("account.roles")}
        <RolesText roles={user.roles} />
      </p>
      <OwnLink />
      <Part title="factor.title" hint="factor.what">
        <OwnFactor me={me} />
      </Part>
      {password && (
        <Part title="account.password" hint="account.passwordHint">
          <Button onClick={() => setOpen("password")}>{t("account.changePassword")}</Button>
        </Part>
      )}
      <Part title="deputies.title" hint="deputies.hint">
        <Deputies whose={null} mayEnd />
        {ownRoles.length > 0 && <Button onClick={() => setOpen("deputy")}>{t("deputies.open")}</Button>}
      </Part>
      <Part title="signIns.title" hint="signIns.hint">
        <SignIns whose={null} mayEnd />
      </Part>
      <Part title="tokens.title" hint="tokens.hint">
        <Tokens whose={null} mayRevoke />
        <Button onClick={() => setOpen("token")}>{t("tokens.create")}</Button>
      </Part>
      {open === "password" && <PasswordDialog onChanged={askAgainForPeople} onClose={close} />}
      {open === "deputy" && <DeputyDialog roles={ownRoles} onChanged={askAgainForPeople} onClose={close} />}
      {open === "token" && <TokenDialog scopes={scopes} onMade={askAgainForPeople} onClose={close} />}
    </>
  );
}

function Part({ title, hint, children }: { title: TextKey; hint: TextKey; children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <section className="panel account-part">
      <h2>{t(title)}</h2>
      <p className="hint">{t(hint)}</p>
      {children}
    </section>
  );
}
