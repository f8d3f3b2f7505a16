import { Button } from "antd";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { durationText, sizeText } from "../../format.js";
import type { Recorder } from "../../microphone.js";
import { Audio } from "../../parts/audio.tsx";
import { useLostFocus } from "../../parts/focus.ts";
import type { Level } from "../../parts/level.ts";
import { LevelMeter } from "../../parts/level-meter.tsx";
import { useNow } from "../../parts/now.ts";
import { useStore } from "../../parts/store.ts";
import type { VoiceRecorder } from "./voice.ts";

interface Props {
  voice: VoiceRecorder;
  /** Whether what was recorded is sent, or on its way. */
  isSent: boolean;
  onUse: (file: File) => void;
}

/** Speaks into the microphone: record, listen, record anew, use. */
export function VoicePart({ voice, isSent, onUse }: Props) {
  const { recording, recorded } = useStore(voice);
  return (
    <div className="voice">
      {recording && <Recording {...recording} />}
      {!recording && recorded && <Recorded voice={voice} isSent={isSent} onUse={onUse} />}
      {!recording && !recorded && <Idle voice={voice} />}
      {!recording && <Problem voice={voice} />}
    </div>
  );
}

function Idle({ voice }: { voice: VoiceRecorder }) {
  const { t } = useTranslation();
  const { isAsking } = useStore(voice);
  const start = useRef<HTMLButtonElement>(null);
  useLostFocus(start);
  return (
    <>
      <p className="hint">{t("voice.hint")}</p>
      <div className="buttons">
        <Button ref={start} type="primary" disabled={isAsking} onClick={() => void voice.record()}>
          {t("voice.start")}
        </Button>
      </div>
    </>
  );
}

function Problem({ voice }: { voice: VoiceRecorder }) {
  const { t } = useTranslation();
  const { isAsking, problem } = useStore(voice);
  return (
    <div aria-live="assertive">
      {isAsking && <p className="loading">{t("voice.asking")}</p>}
      {problem !== null && (
        <div className="problem" role="alert">
          <p className="problem-title">{t(`microphone.${problem}`)}</p>
          <p>{t(`microphone.do.${problem}`)}</p>
        </div>
      )}
    </div>
  );
}

function Recording({ recorder, level }: { recorder: Recorder; level: Level }) {
  const { t } = useTranslation();
  const stop = useRef<HTMLButtonElement>(null);
  useLostFocus(stop);
  return (
    <div className="recorder">
      <span className="record-sign" aria-hidden="true">
        ●
      </span>
      <strong>{t("voice.recording")}</strong>
      <Elapsed recorder={recorder} />
      <LevelMeter level={level} />
      <Button ref={stop} type="primary" onClick={recorder.stop}>
        {t("voice.stop")}
      </Button>
    </div>
  );
}

function Elapsed({ recorder }: { recorder: Recorder }) {
  useNow();
  return (
    <span className="elapsed" role="timer">
      {durationText(recorder.elapsedMs())}
    </span>
  );
}

function Recorded({ voice, isSent, onUse }: Props) {
  const { t } = useTranslation();
  const { isAsking, recorded } = useStore(voice);
  const use = useRef<HTMLButtonElement>(null);
  const anew = useRef<HTMLButtonElement>(null);
  useLostFocus(isSent ? anew : use);
  if (recorded === null) return null;
  const { file, durationMs, url } = recorded;
  return (
    <>
      <p className="original">
        <span className="file">{file.name}</span>
        <span className="fact">{durationText(durationMs)}</span>
        <span className="fact">{sizeText(file.size)}</span>
      </p>
      <div className="recording">
        <Audio src={url} aria-label={t("voice.listen")} />
      </div>
      <div className="buttons">
        {!isSent && (
          <Button ref={use} type="primary" onClick={() => onUse(file)}>
            {t("voice.use")}
          </Button>
        )}
        <Button ref={anew} disabled={isAsking} onClick={() => void voice.record()}>
          {t("voice.anew")}
        </Button>
        <Button onClick={voice.discard}>{t("voice.discard")}</Button>
      </div>
    </>
  );
}
