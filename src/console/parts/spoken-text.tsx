import { Button } from "antd";
import { type RefObject, useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "../api.js";
import { durationText } from "../format.js";
import { Audio } from "./audio.tsx";
import { ProblemNotice } from "./notices.tsx";
import { letSpeak, type Speech, type SpokenStore, write } from "./spoken.ts";
import { useStore } from "./store.ts";

const MAX_CHARACTERS = 5000;

interface Props {
  spoken: SpokenStore;
  /** Where somebody writes, for who wants to send them there. */
  field?: RefObject<HTMLTextAreaElement | null>;
}

/** A text to be written, spoken by the server and heard. */
export function SpokenText({ spoken, field }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const own = useRef<HTMLTextAreaElement>(null);
  const place = field ?? own;
  const { text, isSpeaking, speech, problem } = useStore(spoken);
  const listen = () => (text.trim() === "" ? place.current?.focus() : void letSpeak(spoken));
  return (
    <div className="spoken-text">
      <label htmlFor={id}>{t("speech.text")}</label>
      <textarea
        ref={place}
        id={id}
        rows={6}
        maxLength={MAX_CHARACTERS}
        value={text}
        onChange={({ target }) => write(spoken, target.value)}
      />
      <p className="hint">{t("speech.hint")}</p>
      <div className="buttons">
        <Button disabled={isSpeaking} onClick={listen}>
          {t("speech.preview")}
        </Button>
      </div>
      <div className="recording" aria-live="polite">
        {speech && <Heard key={speech.url} speech={speech} spoken={spoken} />}
      </div>
      <div aria-live="assertive">
        {isSpeaking && <p className="loading">{t("speech.speaking")}</p>}
        {problem !== null && (
          <ProblemNotice
            error={problem}
            title={problem instanceof Unplayable ? t("speech.unplayable") : undefined}
          />
        )}
      </div>
    </div>
  );
}

class Unplayable extends Problem {
  constructor() {
    super("unavailable", "");
  }
}

function Heard({ speech, spoken }: { speech: Speech; spoken: SpokenStore }) {
  const { t } = useTranslation();
  const [isNew] = useState(() => spoken.get().isNew);
  useEffect(() => spoken.set({ isNew: false }), [spoken]);
  return (
    <>
      <p className="fact">
        {t("speech.made", { engine: speech.engine, duration: durationText(speech.durationMs) })}
      </p>
      <Audio
        autoPlay={isNew}
        src={speech.url}
        aria-label={t("recording.listen")}
        onEnded={() => spoken.set({ isHeard: true })}
        onError={() => spoken.set({ problem: new Unplayable() })}
      />
      <details>
        <summary>{t("speech.words")}</summary>
        <p className="preformatted">{speech.spokenText}</p>
      </details>
    </>
  );
}
