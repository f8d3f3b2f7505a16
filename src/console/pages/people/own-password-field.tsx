import type { RefObject } from "react";
import { useTranslation } from "react-i18next";
import { TextField } from "../../parts/fields.tsx";

/** The password that one has: whoever sits there now shows to be the one who signed in. */
export function OwnPasswordField({ ref }: { ref: RefObject<HTMLInputElement | null> }) {
  const { t } = useTranslation();
  return (
    <TextField
      ref={ref}
      label={t("password.current")}
      type="password"
      autoComplete="current-password"
      required
      maxLength={200}
    />
  );
}
