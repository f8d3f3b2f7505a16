import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { serverNow } from "../../api.js";
import { dayOf, instantOfLocal, timeText } from "../../format.js";
import { previewInterrupt } from "../../interrupts.ts";
import { TextField } from "../../parts/fields.tsx";
import { openDialog } from "../../parts/opened-dialogs.tsx";
import { useStore } from "../../parts/store.ts";
import { isSpeaking } from "../../shell/on-air.ts";
import { term } from "../../shell/texts.ts";
import { Choice } from "./choice.tsx";
import { type AnnouncementFields, announcementDraft, type Draft } from "./drafts.ts";
import { InterruptForm } from "./interrupt-form.tsx";
import { KINDS } from "./kinds.ts";
import { AT_REGIONS, AT_SOUND, AT_TITLE, type Need } from "./needs.ts";
import { SendDialog, type Wanted } from "./send-dialog.tsx";

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const MOST_TIMES = 10;
const WAYS = ["text", "voice", "file", "live"] as const;

const isRepeat = (text: string) =>
  Number.isInteger(Number(text)) && Number(text) >= 1 && Number(text) <= MOST_TIMES;

function needsOf({ fields, sound }: Draft<AnnouncementFields>): Need[] {
  const { title, regions, kinds, when, at, repeat } = fields.get();
  const where: Need[] = [
    { isMissing: regions.length === 0, key: "interrupt.needAreas", at: AT_REGIONS },
    { isMissing: kinds.length === 0, key: "interrupt.needKinds", at: "[name=kind]" },
  ];
  const what: Need = { isMissing: title.trim() === "", key: "interrupt.needTitle", at: AT_TITLE };
  if (sound.get().way === "live") {
    return [
      { isMissing: isSpeaking(), key: "live.already", at: AT_SOUND },
      what,
      { isMissing: Number.isNaN(sound.longestMinutes()), key: "live.needLongest", at: "[name=longest]" },
      ...where,
    ];
  }
  const isLate = when === "at" && !(instantOfLocal(at) > serverNow());
  return [
    what,
    { isMissing: sound.isBusy(), key: "interrupt.needWait", at: AT_SOUND },
    { isMissing: sound.sound() === null, key: "interrupt.needSound", at: AT_SOUND },
    ...where,
    { isMissing: isLate, key: "interrupt.needTime", at: "[name=at]" },
    { isMissing: !isRepeat(repeat), key: "interrupt.needRepeat", at: "[name=repeat]" },
  ];
}

/** What would be sent, and how long it is heard. What is spoken live is heard as it is spoken, once. */
function wantedOf({ fields, sound }: Draft<AnnouncementFields>): Wanted {
  const { title, regions, kinds, when, at, repeat, isSilent, class: of } = fields.get();
  const isLive = sound.get().way === "live";
  const times = isLive ? 1 : Number(repeat);
  const { sha256, durationMs } = sound.sound() ?? { sha256: "", durationMs: 0 };
  const longestMinutes = sound.longestMinutes();
  return {
    durationMs: isLive ? longestMinutes * MINUTE_MS : durationMs * times,
    isLive,
    body: {
      title: title.trim(),
      class: of,
      targets: { regions, kinds },
      silent: of === "drill" && isSilent,
      startAt: !isLive && when === "at" ? new Date(instantOfLocal(at)).toISOString() : undefined,
      repeat: times,
      source: isLive ? { live: { longestMinutes } } : { assetSha256: sha256 },
    },
  };
}

/** A new announcement or drill. It keeps what was written, spoken and chosen until it was sent. */
export function AnnouncementForm() {
  const { t } = useTranslation();
  const [draft] = useState(announcementDraft);
  const { fields, sound } = draft;
  const { class: of } = useStore(fields);
  const isLive = useStore(sound).way === "live";
  const checking = useMutation({
    mutationFn({ body: { repeat: _times, source: _source, ...intended }, durationMs, isLive: live }: Wanted) {
      return previewInterrupt({ ...intended, durationMs, standing: false, live });
    },
    onSuccess: (preview, wanted) =>
      openDialog((close) => (
        <SendDialog wanted={wanted} preview={preview} onSent={draft.reset} onClose={close} />
      )),
  });
  return (
    <InterruptForm
      draft={draft}
      isDrill={of === "drill"}
      classes={
        <Choice
          legend={t("interrupt.class")}
          values={["announcement", "drill"]}
          chosen={of}
          nameOf={(value) => t(`interrupt.class.${value}`)}
          onChange={(value) => fields.set({ class: value })}
        />
      }
      ways={WAYS}
      needs={() => needsOf(draft)}
      checking={checking}
      check={t(isLive ? "live.check" : "interrupt.check")}
      onCheck={() => checking.mutate(wantedOf(draft))}
    >
      <Kinds draft={draft} />
      {!isLive && <WhenAndHowOften draft={draft} />}
    </InterruptForm>
  );
}

interface PartProps {
  draft: Draft<AnnouncementFields>;
}

function Kinds({ draft: { fields } }: PartProps) {
  const { t } = useTranslation();
  const { kinds } = useStore(fields);
  return (
    <fieldset>
      <legend>{t("interrupt.kinds")}</legend>
      <div className="choices">
        {KINDS.map((kind) => (
          <label key={kind}>
            <input
              type="checkbox"
              name="kind"
              checked={kinds.includes(kind)}
              onChange={({ target }) =>
                fields.set({
                  kinds: KINDS.filter((each) => (each === kind ? target.checked : kinds.includes(each))),
                })
              }
            />{" "}
            {term("kind", kind)}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function WhenAndHowOften({ draft: { fields } }: PartProps) {
  const { t } = useTranslation();
  const { when, at, repeat } = useStore(fields);
  function choose(next: "now" | "at") {
    const inAnHour = serverNow() + HOUR_MS;
    fields.set({ when: next, at: at === "" ? `${dayOf(inAnHour)}T${timeText(inAnHour)}` : at });
  }
  return (
    <>
      <Choice
        legend={t("interrupt.when")}
        values={["now", "at"]}
        chosen={when}
        nameOf={(value) => t(`interrupt.when.${value}`)}
        onChange={choose}
      />
      {when === "at" && (
        <TextField
          label={t("interrupt.startAt")}
          name="at"
          type="datetime-local"
          value={at}
          onChange={({ target }) => fields.set({ at: target.value })}
        />
      )}
      <TextField
        label={t("interrupt.repeat")}
        name="repeat"
        type="number"
        min={1}
        max={MOST_TIMES}
        required
        value={repeat}
        onChange={({ target }) => fields.set({ repeat: target.value })}
      />
    </>
  );
}
