import { useId, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Me } from "../../api-types.ts";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { Copyable } from "../../parts/copyable.tsx";
import { TextField, textOf } from "../../parts/fields.tsx";
import { Moment } from "../../parts/moment.tsx";
import { term } from "../../shell/texts.ts";
import { createToken } from "./people-data.ts";

const USUAL_DAYS = 90;
const MOST_DAYS = 366;

interface Props {
  /** That a token may have. */
  scopes: Me["scopes"];
  onMade: () => void;
  onClose: () => void;
}

export function TokenDialog({ scopes, onMade, onClose }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const form = useRef<HTMLFormElement>(null);
  const label = useRef<HTMLInputElement>(null);
  function create() {
    const data = new FormData(form.current ?? undefined);
    return createToken({
      label: textOf(data, "label").trim(),
      scopes: data.getAll("scopes").map(String),
      expiresInDays: Number(textOf(data, "days")),
    });
  }
  return (
    <ConfirmDialog
      title={t("tokens.createTitle")}
      confirm={t("tokens.confirm")}
      form={id}
      first={label}
      run={create}
      onDone={onMade}
      outcome={({ token, expiresAt }) => (
        <>
          <p>{t("tokens.ready")}</p>
          <Copyable text={token} />
          <p>
            {t("column.until")} <Moment at={expiresAt} />
          </p>
        </>
      )}
      onClose={onClose}
    >
      <form ref={form} id={id} noValidate>
        <TextField ref={label} label={t("tokens.label")} name="label" required maxLength={200} />
        <TextField
          label={t("tokens.days")}
          name="days"
          type="number"
          required
          min={1}
          max={MOST_DAYS}
          defaultValue={USUAL_DAYS}
        />
        <fieldset className="ticks short">
          <legend>{t("tokens.scopes")}</legend>
          {scopes.map((scope) => (
            <label key={scope} className="tick">
              <input type="checkbox" name="scopes" value={scope} /> {term("act", scope)}
            </label>
          ))}
        </fieldset>
      </form>
    </ConfirmDialog>
  );
}
