import type Player from "hls.js";
import { useEffect, useEffectEvent } from "react";

/** Where somebody is in what is played. */
export interface Place {
  atS: number;
  isPlaying: boolean;
}

export const placeIn = ({ currentTime, paused }: HTMLMediaElement): Place => ({
  atS: currentTime,
  isPlaying: !paused,
});

interface Attached {
  /** It can be played now. */
  onReady: (player: HTMLMediaElement) => void;
  /** It cannot be played, and the player is free again; it was there. */
  onFailed: (place: Place) => void;
}

/**
 * HTTP Live Streaming (RFC 8216) in a player: of a long recording only what is watched, in the quality that the line carries. Nothing of
 * it is fetched before it is played.
 *
 * @param sha256 of the master playlist; `null` for no stream
 */
export function useStream(media: HTMLMediaElement | null, sha256: string | null, attached: Attached): void {
  const onReady = useEffectEvent(attached.onReady);
  const onFailed = useEffectEvent(attached.onFailed);
  useEffect(() => {
    if (!media || sha256 === null) return;
    let stream: Player | null = null;
    const ended = new AbortController();
    const fail = () => {
      if (ended.signal.aborted) return;
      ended.abort();
      const place = placeIn(media);
      stream?.destroy();
      onFailed(place);
    };
    async function attach(player: HTMLMediaElement): Promise<void> {
      const { default: Hls } = await import("hls.js/light");
      if (ended.signal.aborted) return;
      if (!Hls.isSupported()) return fail();
      // A worker of its own would be one from a blob, which the policy refuses.
      const made = new Hls({ autoStartLoad: false, enableWorker: false });
      stream = made;
      made.on(Hls.Events.ERROR, (_, { fatal }) => void (fatal && fail()));
      made.once(Hls.Events.MEDIA_ATTACHED, () => onReady(player));
      made.once(Hls.Events.MANIFEST_PARSED, () => made.startLoad(player.currentTime || -1));
      const load = () => made.loadSource(`/media/${sha256}.m3u8`);
      if (player.paused) player.addEventListener("play", load, { once: true, signal: ended.signal });
      // Somebody was quicker than the script.
      else load();
      made.attachMedia(player);
    }
    attach(media).catch(fail);
    return () => {
      ended.abort();
      stream?.destroy();
    };
  }, [media, sha256]);
}
