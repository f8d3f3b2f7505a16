import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { send } from "../../api.js";
import type { Programme } from "../../api-types.ts";
import { announce } from "../../notices.js";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { TextField, textOf } from "../../parts/fields.tsx";
import { inPath, query } from "../../resources.js";

const STEPS = ["highPass", "lowPass", "compress"] as const;
/** A tune is short, but a line in a village may be slow. */
const FILE_WITHIN_MS = 180_000;
const TUNES = ["signature", "sting", "closing"] as const;
type Role = (typeof TUNES)[number] | "cover";

interface Props {
  programme: Programme;
  onChanged: () => void;
  onClose: () => void;
}

/** What was filled in about the sound, its files aside. */
function settingsIn(form: FormData, hasEpisodes: boolean): object {
  const slot = textOf(form, "slot");
  return {
    bypass: STEPS.filter((step) => !form.has(step)),
    slotMinutes: slot === "" ? null : Number(slot),
    ...(hasEpisodes
      ? { delivery: textOf(form, "delivery"), gapMs: Math.round(Number(textOf(form, "gap")) * 1000) }
      : {}),
  };
}

/** How a programme sounds: its settings, tunes and cover. */
export function SoundSettings({ programme, onChanged, onClose }: Props) {
  const { t } = useTranslation();
  const form = useRef<HTMLFormElement>(null);
  const { id, title, kind, sound } = programme;
  const hasEpisodes = kind === "broadcast";
  const roles: Role[] = [...(hasEpisodes ? TUNES : []), "cover"];

  async function save(): Promise<void> {
    const data = new FormData(form.current ?? undefined);
    const path = `/programmes/${inPath(id)}`;
    await send("PATCH", `${path}/sound`, settingsIn(data, hasEpisodes));
    for (const role of roles) {
      const file = data.get(role);
      const place = `${path}/${role === "cover" ? role : `sound/${role}`}`;
      if (file instanceof File && file.size > 0)
        await send("PUT", `${place}${query({ filename: file.name })}`, file, FILE_WITHIN_MS);
      else if (data.has(`no ${role}`)) await send("DELETE", place);
    }
  }
  return (
    <ConfirmDialog
      title={t("sound.title", { title })}
      confirm={t("sound.save")}
      run={save}
      onDone={() => {
        announce(() => t("sound.done", { title }));
        onChanged();
      }}
      onClose={onClose}
    >
      <p className="hint">{t("sound.hint")}</p>
      <form ref={form} onSubmit={(event) => event.preventDefault()}>
        {hasEpisodes && (
          <>
            <label className="field">
              {t("sound.delivery")}
              <select name="delivery" defaultValue={sound.delivery}>
                <option value="list">{t("delivery.list")}</option>
                <option value="programme">{t("delivery.programme")}</option>
              </select>
            </label>
            <TextField
              label={t("sound.gap")}
              name="gap"
              type="number"
              required
              min={0}
              max={10}
              step="any"
              defaultValue={sound.gapMs / 1000}
            />
          </>
        )}
        <TextField
          label={t("sound.slot")}
          name="slot"
          type="number"
          min={0.5}
          max={720}
          step="any"
          defaultValue={sound.slotMinutes ?? ""}
        />
        <fieldset>
          <legend>{t("sound.chain")}</legend>
          {STEPS.map((step) => (
            <label key={step}>
              <input type="checkbox" name={step} defaultChecked={!sound.bypass.includes(step)} />{" "}
              {t(`chain.${step}`)}
            </label>
          ))}
        </fieldset>
        {roles.map((role) => (
          <FileField key={role} role={role} sha256={sound[role]} />
        ))}
      </form>
    </ConfirmDialog>
  );
}

/** One that can be replaced by a file or, where there is one, taken away. */
function FileField({ role, sha256 }: { role: Role; sha256: string | null }) {
  const { t } = useTranslation();
  const isCover = role === "cover";
  return (
    <fieldset className="sound-file">
      <legend>{t(`sound.${role}`)}</legend>
      {sha256 === null && <p className="hint">{t(isCover ? "sound.ownCover" : "sound.noFile")}</p>}
      {sha256 !== null && isCover && <img src={`/media/${sha256}`} alt={t("sound.cover")} width={96} />}
      {sha256 !== null && !isCover && <p className="hint">{t("sound.hasFile")}</p>}
      <TextField label={t("sound.choose")} name={role} type="file" accept={isCover ? "image/*" : "audio/*"} />
      {sha256 !== null && (
        <label>
          <input type="checkbox" name={`no ${role}`} /> {t("sound.remove")}
        </label>
      )}
    </fieldset>
  );
}
