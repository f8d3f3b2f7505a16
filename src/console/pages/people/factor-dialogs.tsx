import { type RefObject, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { announce } from "../../notices.js";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { Copyable } from "../../parts/copyable.tsx";
import { TextField } from "../../parts/fields.tsx";
import { openSession } from "../../shell/session.ts";
import { OwnPasswordField } from "./own-password-field.tsx";
import {
  askAgainForPeople,
  beginFactor,
  confirmFactor,
  removeFactor,
  renewRecoveryCodes,
} from "./people-data.ts";

interface Props {
  /** Who has none has shown at the provider who it is. */
  hasPassword: boolean;
  onClose: () => void;
}

/** What the session may do is another by now, too. */
const changed = () => void openSession().then(askAgainForPeople);

function PasswordPart({
  hasPassword,
  password,
}: {
  hasPassword: boolean;
  password: RefObject<HTMLInputElement | null>;
}) {
  const { t } = useTranslation();
  return hasPassword ? <OwnPasswordField ref={password} /> : <p>{t("factor.freshOnly")}</p>;
}

function RecoveryCodes({ codes }: { codes: string[] }) {
  const { t } = useTranslation();
  return (
    <>
      <p>{t("factor.recovery")}</p>
      <Copyable text={codes.join("\n")} />
    </>
  );
}

/** First that it is oneself, then the code of the app that has scanned it; recovery codes come of it. */
export function SetUpFactor({ hasPassword, onClose }: Props) {
  const { t } = useTranslation();
  const form = useId();
  const password = useRef<HTMLInputElement>(null);
  const [begun, setBegun] = useState<Awaited<ReturnType<typeof beginFactor>> | null>(null);
  /** The first dialog closes by itself, before what it began is drawn. */
  const isBegun = useRef(false);
  if (begun) return <FirstCodeDialog {...begun} onClose={onClose} />;
  return (
    <ConfirmDialog
      title={t("factor.title")}
      confirm={t("factor.continue")}
      form={form}
      {...(hasPassword ? { first: password } : {})}
      run={() => beginFactor(password.current?.value)}
      onDone={(factor) => {
        isBegun.current = true;
        setBegun(factor);
      }}
      onClose={() => {
        if (!isBegun.current) onClose();
      }}
    >
      {hasPassword && <p>{t("factor.step1")}</p>}
      <form id={form} noValidate>
        <PasswordPart hasPassword={hasPassword} password={password} />
      </form>
    </ConfirmDialog>
  );
}

interface FirstCodeProps {
  secret: string;
  qrCode: string;
  onClose: () => void;
}

function FirstCodeDialog({ secret, qrCode, onClose }: FirstCodeProps) {
  const { t } = useTranslation();
  const form = useId();
  const code = useRef<HTMLInputElement>(null);
  return (
    <ConfirmDialog
      title={t("factor.title")}
      confirm={t("factor.confirm")}
      form={form}
      first={code}
      run={() => confirmFactor(code.current?.value.trim() ?? "")}
      onDone={changed}
      outcome={({ recoveryCodes }) => <RecoveryCodes codes={recoveryCodes} />}
      onClose={onClose}
    >
      <p>{t("factor.scan")}</p>
      <img className="qr" src={qrCode} alt={t("factor.qr")} width={220} height={220} />
      <p className="hint">
        {t("factor.secret")} <code>{secret}</code>
      </p>
      <form id={form} noValidate>
        <CodeField ref={code} label={t("factor.code")} isOfApp />
      </form>
    </ConfirmDialog>
  );
}

interface CodeProps {
  ref: RefObject<HTMLInputElement | null>;
  label: string;
  /** Digits alone: no recovery code. */
  isOfApp?: boolean;
}

const CodeField = ({ ref, label, isOfApp = false }: CodeProps) => (
  <TextField
    ref={ref}
    label={label}
    autoComplete="one-time-code"
    inputMode={isOfApp ? "numeric" : "text"}
    required
    maxLength={40}
  />
);

export function RenewCodesDialog({ hasPassword, onClose }: Props) {
  const { t } = useTranslation();
  const form = useId();
  const password = useRef<HTMLInputElement>(null);
  const code = useRef<HTMLInputElement>(null);
  return (
    <ConfirmDialog
      title={t("factor.renew")}
      confirm={t("factor.continue")}
      form={form}
      first={hasPassword ? password : code}
      run={() => renewRecoveryCodes(password.current?.value, code.current?.value.trim() ?? "")}
      onDone={changed}
      outcome={({ recoveryCodes }) => <RecoveryCodes codes={recoveryCodes} />}
      onClose={onClose}
    >
      <p>{t("factor.renewWhat")}</p>
      <form id={form} noValidate>
        <PasswordPart hasPassword={hasPassword} password={password} />
        <CodeField ref={code} label={t("factor.codeOrRecovery")} />
      </form>
    </ConfirmDialog>
  );
}

export function RemoveFactorDialog({ hasPassword, onClose }: Props) {
  const { t } = useTranslation();
  const form = useId();
  const password = useRef<HTMLInputElement>(null);
  const code = useRef<HTMLInputElement>(null);
  return (
    <ConfirmDialog
      title={t("factor.remove")}
      confirm={t("removeFactor.confirm")}
      isGrave
      form={form}
      first={hasPassword ? password : code}
      run={() => removeFactor(password.current?.value, code.current?.value.trim() ?? "")}
      onDone={() => {
        announce(() => t("factor.removed"));
        changed();
      }}
      onClose={onClose}
    >
      <p>{t("factor.removeWhat")}</p>
      <form id={form} noValidate>
        <PasswordPart hasPassword={hasPassword} password={password} />
        <CodeField ref={code} label={t("factor.codeOrRecovery")} />
      </form>
    </ConfirmDialog>
  );
}
