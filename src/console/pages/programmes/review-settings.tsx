import { useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Programme } from "../../api-types.ts";
import { announce } from "../../notices.js";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { TextField, textOf } from "../../parts/fields.tsx";
import { changeReview } from "../../parts/review-requests.ts";

const STEPS = [1, 2, 3] as const;

interface Props {
  programme: Programme;
  onChanged: () => void;
  onClose: () => void;
}

/** How the content of a programme is reviewed. */
export function ReviewSettings({ programme: { id, title, segments, review }, onChanged, onClose }: Props) {
  const { t } = useTranslation();
  const form = useRef<HTMLFormElement>(null);
  function save(): Promise<Programme> {
    const data = new FormData(form.current ?? undefined);
    return changeReview(id, {
      steps: Number(textOf(data, "steps")),
      playThrough: data.has("playThrough"),
      reruns: data.has("reruns"),
      owedHours: Number(textOf(data, "owedHours")),
      consentSegments: data.getAll("consentSegments"),
    });
  }
  return (
    <ConfirmDialog
      title={t("review.settingsTitle", { title })}
      confirm={t("sound.save")}
      run={save}
      onDone={() => {
        announce(() => t("review.settingsDone", { title }));
        onChanged();
      }}
      onClose={onClose}
    >
      <p className="hint">{t("review.settingsHint")}</p>
      <form ref={form} onSubmit={(event) => event.preventDefault()}>
        <label className="field">
          {t("review.steps")}
          <select name="steps" defaultValue={review.steps}>
            {STEPS.map((count) => (
              <option key={count} value={count}>
                {t(`review.steps.${count}`)}
              </option>
            ))}
          </select>
        </label>
        <TextField
          label={t("review.owedHours")}
          name="owedHours"
          type="number"
          required
          min={1}
          max={168}
          defaultValue={review.owedHours}
        />
        <label>
          <input type="checkbox" name="playThrough" defaultChecked={review.playThrough} />{" "}
          {t("review.mustHear")}
        </label>
        <label>
          <input type="checkbox" name="reruns" defaultChecked={review.reruns} /> {t("review.reruns")}
        </label>
        {segments.length > 0 && (
          <fieldset>
            <legend>{t("consent.required")}</legend>
            {segments.map((name) => (
              <label key={name}>
                <input
                  type="checkbox"
                  name="consentSegments"
                  value={name}
                  defaultChecked={review.consentSegments.includes(name)}
                />{" "}
                {name}
              </label>
            ))}
          </fieldset>
        )}
      </form>
    </ConfirmDialog>
  );
}
