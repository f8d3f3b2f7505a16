import { useTranslation } from "react-i18next";
import type { Invitation } from "../../api-types.ts";
import { Copyable } from "../../parts/copyable.tsx";
import { Moment } from "../../parts/moment.tsx";

/** A link to set a password with, this once. */
export function LinkShown({ name, invitation }: { name: string; invitation: Invitation }) {
  const { t } = useTranslation();
  return (
    <>
      <p>{t("invite.ready", { name })}</p>
      <Copyable text={invitation.url} />
      <p>
        {t("person.invitedUntil")} <Moment at={invitation.expiresAt} />
      </p>
      <p className="hint">{t("invite.once")}</p>
    </>
  );
}
