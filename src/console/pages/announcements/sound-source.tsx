import { Button } from "antd";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { durationText } from "../../format.js";
import { Audio } from "../../parts/audio.tsx";
import { TextField } from "../../parts/fields.tsx";
import { SpokenText } from "../../parts/spoken-text.tsx";
import { useStore } from "../../parts/store.ts";
import { useUnfinished } from "../../parts/unfinished.ts";
import { Radios } from "./choice.tsx";
import { SentPart } from "./sent-part.tsx";
import type { SoundDraft, Way } from "./sound.ts";
import { VoicePart } from "./voice-part.tsx";

interface Props {
  draft: SoundDraft;
  ways: readonly Way[];
}

/** The ways to a sound, and what has become of it. */
export function SoundSource({ draft, ways }: Props) {
  const { t } = useTranslation();
  const { way, sentWay } = useStore(draft);
  const { spoken, voice, sent } = draft;
  useStore(sent);
  // Who looks elsewhere does not go on speaking.
  useEffect(() => () => voice.stop(), [voice]);
  const isSent = sentWay === "voice" && (sent.isBusy() || sent.sound() !== null);
  return (
    <fieldset className="sound-source">
      <legend>{t("source.title")}</legend>
      <Radios
        values={ways}
        chosen={way}
        nameOf={(each) => t(`source.by.${each}`)}
        onChange={(next) => {
          voice.stop();
          draft.set({ way: next });
        }}
      />
      {way === "text" && <SpokenText spoken={spoken} />}
      {way === "voice" && (
        <VoicePart voice={voice} isSent={isSent} onUse={(file) => draft.send("voice", file)} />
      )}
      {way === "file" && <FileChooser draft={draft} />}
      {way === "live" && <SpokenLive draft={draft} />}
      {way === sentWay && <SentPart sent={sent} />}
      <Chosen draft={draft} />
    </fieldset>
  );
}

function SpokenLive({ draft }: { draft: SoundDraft }) {
  const { t } = useTranslation();
  const { longest } = useStore(draft);
  return (
    <div className="voice">
      <p className="hint">{t("live.hint")}</p>
      <TextField
        label={t("live.longest")}
        name="longest"
        type="number"
        min={1}
        max={30}
        required
        value={longest}
        onChange={({ target }) => draft.set({ longest: target.value })}
      />
    </div>
  );
}

/** A file, which can be heard while it is on its way. */
function FileChooser({ draft }: { draft: SoundDraft }) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const { file } = useStore(draft);
  const { sent } = draft;
  const isBusy = sent.isBusy();
  const unfinished = useUnfinished(sent.place, isBusy);
  return (
    <div className="recording">
      <p className="hint">{t("source.fileHint")}</p>
      <p className="chooser" hidden={isBusy}>
        <input
          ref={input}
          type="file"
          className="unseen"
          tabIndex={-1}
          accept="audio/*,video/*"
          aria-label={t("upload.choose")}
          onChange={({ currentTarget }) => {
            const chosen = currentTarget.files?.[0];
            if (chosen) draft.send("file", chosen);
            currentTarget.value = "";
          }}
        />
        <Button onClick={() => input.current?.click()}>{t("upload.choose")}</Button>
        {unfinished !== null && <span className="hint">{t("upload.unfinished", { file: unfinished })}</span>}
      </p>
      {file && (
        <>
          <p className="file">{file.name}</p>
          <Audio src={file.url} aria-label={t("interrupt.listen")} />
        </>
      )}
    </div>
  );
}

function Chosen({ draft }: { draft: SoundDraft }) {
  const { t } = useTranslation();
  const { way } = useStore(draft);
  useStore(draft.spoken);
  const sound = draft.sound();
  return (
    <div className="chosen-sound" aria-live="polite">
      {sound && <p className="done">✓ {t("source.chosen", { duration: durationText(sound.durationMs) })}</p>}
      {/* The text says by itself that it has to be heard. */}
      {!sound && (way === "voice" || way === "file") && <p className="hint">{t(`source.missing.${way}`)}</p>}
    </div>
  );
}
