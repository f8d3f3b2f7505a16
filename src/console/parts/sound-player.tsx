import "./sound-player.css";
import { useCallback, useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useListening } from "./listening.ts";
import { type Place, placeIn, useStream } from "./stream.ts";
import { type Mark, Waveform } from "./waveform.tsx";

/** One way to hear the same stretch of time. */
export interface Sound {
  as: "horn" | "preview" | "picture";
  sha256: string;
  /** The same as a stream, by its master playlist. */
  stream?: string | null;
}

interface Props {
  /** From 1, in air order. */
  part: number;
  label: string;
  sounds: Sound[];
  peaks: string | null;
  durationMs: number;
  marks: Mark[];
  /** What the server sends counts as heard for a signature. */
  isHearing?: boolean;
  /** Called with what was played since its file was opened. */
  onPlayed?: (played: TimeRanges) => void;
}

const BEGINNING: Place = { atS: 0, isPlaying: false };

function goOn(player: HTMLMediaElement, { atS, isPlaying }: Place): void {
  if (atS > 0) player.currentTime = atS;
  if (isPlaying) void player.play();
}

/** A waveform over the browser's own controls, and the choice between what was recorded and what the horn makes of it. */
export function SoundPlayer({
  part,
  label,
  sounds,
  peaks,
  durationMs,
  marks,
  isHearing = false,
  onPlayed,
}: Props) {
  const { t } = useTranslation();
  const name = useId();
  const listening = useListening();
  const [as, setAs] = useState<Sound["as"] | null>(null);
  const [media, setMedia] = useState<HTMLMediaElement | null>(null);
  const [isBroken, setBroken] = useState(false);
  const [isStreamBroken, setStreamBroken] = useState(false);
  const left = useRef(BEGINNING);
  useEffect(() => (media ? listening.join(part, media) : undefined), [listening, part, media]);

  const sound = sounds.find((each) => each.as === as) ?? sounds[0];
  // What is heard for a signature is the file that devices get.
  const stream = isHearing || isStreamBroken ? null : (sound?.stream ?? null);
  const src = sound && stream === null ? `/media/${sound.sha256}${isHearing ? "?hearing" : ""}` : undefined;
  // What is chosen goes on where the other one was.
  const goOnIn = useCallback((player: HTMLMediaElement) => {
    goOn(player, left.current);
    left.current = BEGINNING;
  }, []);
  useStream(media, stream, {
    onReady: goOnIn,
    onFailed(place) {
      left.current = place;
      setStreamBroken(true);
    },
  });
  useEffect(() => {
    // Between sound and picture the player itself is another one.
    if (media?.isConnected && src !== undefined) goOnIn(media);
  }, [goOnIn, media, src]);
  if (!sound) return null;

  function choose(next: Sound["as"]) {
    if (media) left.current = placeIn(media);
    setBroken(false);
    setAs(next);
  }
  const note = () => media && onPlayed?.(media.played);
  const Player = sound.as === "picture" ? "video" : "audio";
  return (
    <div className="sound-player">
      {sounds.length > 1 && (
        <fieldset className="choices">
          <legend>{t("listen.as")}</legend>
          {sounds.map((each) => (
            <label key={each.as}>
              <input type="radio" name={name} checked={each === sound} onChange={() => choose(each.as)} />{" "}
              {t(`listen.${each.as}`)}
            </label>
          ))}
        </fieldset>
      )}
      {media && <Waveform media={media} peaks={peaks} durationMs={durationMs} marks={marks} />}
      <Player
        ref={setMedia}
        controls
        preload="none"
        src={src}
        aria-label={label}
        onTimeUpdate={note}
        onPause={note}
        onEnded={note}
        // Of a stream hls.js says what it cannot mend.
        onError={() => stream === null && setBroken(true)}
      />
      {isBroken && (
        <p className="problem" role="alert">
          {t("review.cannotPlay")}
        </p>
      )}
    </div>
  );
}
