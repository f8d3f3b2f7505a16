import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { adoptStylesOf } from "../shell/adopted-styles.ts";
import { useTheme } from "../shell/theme.ts";

const HEIGHT_PX = 64;
/** The whole of a sound in the memory of an office computer, where the server has no peaks of it. */
const MOST_DECODED_MS = 30 * 60_000;

/** As shares of the picture: what a stretch has at its foot, and how narrow anything may be. */
const FOOT = 0.1;
const LEAST_WIDTH = 1 / 400;

/** A moment or a stretch of the sound. */
export interface Mark {
  fromMs: number;
  toMs: number;
  tone: "warn" | "bad" | "note";
}

/** Of audiowaveform's JSON, version 2: https://github.com/bbc/audiowaveform/blob/master/doc/DataFormat.md */
interface Peaks {
  bits: number;
  data: number[];
}

async function readPeaks(sha256: string, signal: AbortSignal): Promise<number[][]> {
  const answer = await fetch(`/media/${sha256}`, { signal });
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  const { bits, data } = (await answer.json()) as Peaks;
  const most = 2 ** (bits - 1);
  const every = (offset: number) => data.filter((_, at) => at % 2 === offset).map((value) => value / most);
  return [every(1), every(0)];
}

interface Props {
  media: HTMLMediaElement;
  /** SHA-256 of the server's peaks. */
  peaks: string | null;
  durationMs: number;
  marks: Mark[];
}

/** The sound as a picture to click into, with marks at their times. Whoever does not see it has the player's own controls. */
export function Waveform({ media, peaks, durationMs, marks }: Props) {
  const { isDark } = useTheme();
  const { data, isPending } = useQuery({
    queryKey: ["peaks", peaks],
    queryFn: ({ signal }) => readPeaks(peaks ?? "", signal),
    enabled: peaks !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
  // Two findings may be about the same stretch.
  const shown = new Map(marks.map((mark) => [`${mark.tone} ${mark.fromMs} ${mark.toMs}`, mark]));
  const isKnown = peaks === null || !isPending;
  const isDrawn = isKnown && (data !== undefined || durationMs <= MOST_DECODED_MS);
  return (
    <div className="waveform" aria-hidden="true">
      {/* Its colours are those of the look in which it is made. */}
      {isDrawn && (
        <Drawing key={isDark ? "dark" : "light"} media={media} peaks={data} durationMs={durationMs} />
      )}
      <svg viewBox={`0 0 ${Math.max(1, durationMs)} 1`} preserveAspectRatio="none" aria-hidden="true">
        {[...shown].map(([key, { fromMs, toMs, tone }]) => (
          <g key={key} className={`mark-${tone}`}>
            <rect className="tint" x={fromMs} width={toMs - fromMs} height={1} />
            <rect
              x={fromMs}
              y={tone === "note" ? 0 : 1 - FOOT}
              width={Math.max(toMs - fromMs, durationMs * LEAST_WIDTH)}
              height={tone === "note" ? 1 : FOOT}
            />
          </g>
        ))}
      </svg>
    </div>
  );
}

interface DrawingProps {
  media: HTMLMediaElement;
  /** Without them the browser decodes the sound itself. */
  peaks: number[][] | undefined;
  durationMs: number;
}

function Drawing({ media, peaks, durationMs }: DrawingProps) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let isLeft = false;
    let end = () => {};
    void import("wavesurfer.js").then(({ default: WaveSurfer }) => {
      if (isLeft || !place.current) return;
      const colours = getComputedStyle(document.documentElement);
      const colour = (name: string) => colours.getPropertyValue(name).trim();
      const stage = document.createElement("div");
      const surfer = WaveSurfer.create({
        container: stage,
        media,
        height: HEIGHT_PX,
        normalize: true,
        waveColor: colour("--step-cached"),
        progressColor: colour("--step-finished"),
        cursorColor: colour("--ink"),
        hideScrollbar: true,
        duration: durationMs / 1000,
        ...(peaks ? { peaks } : {}),
      });
      const tree = stage.firstElementChild?.shadowRoot;
      if (tree) adoptStylesOf(tree);
      place.current.append(stage);
      end = () => {
        surfer.destroy();
        stage.remove();
      };
    });
    return () => {
      isLeft = true;
      end();
    };
  }, [media, peaks, durationMs]);
  return <div ref={place} />;
}
