import { createContext, useContext } from "react";

/** The players of a page: one sounds at a time, and where it stands can be told and gone to. */
export interface Listening {
  /** @param part from 1, in air order @returns what takes the player away again */
  join(part: number, media: HTMLMediaElement): () => void;
  /**
   * Where the player stands that sounded last.
   * @param parts how many are on air; another player is none of them, and the first one stands for it
   */
  place(parts: number): { part: number; atMs: number };
  goTo(part: number, atMs: number): void;
  playOrPause(): void;
  seekBy(seconds: number): void;
  setRate(rate: number): void;
}

/** @param goesOn whether the next part begins where one has ended */
export function createListening(goesOn: boolean): Listening {
  const players = new Map<number, HTMLMediaElement>();
  let current = 1;
  let rate = 1;
  const media = () => players.get(current);
  function makeCurrent(part: number): void {
    current = part;
    for (const [each, player] of players) if (each !== part) player.pause();
  }
  return {
    join(part, player) {
      players.set(part, player);
      const leaving = new AbortController();
      const { signal } = leaving;
      const keepRate = () => void (player.playbackRate = rate);
      const goOn = () => void (goesOn && players.get(part + 1)?.play());
      keepRate();
      player.addEventListener("play", () => makeCurrent(part), { signal });
      // A player that begins with another file begins with its own rate.
      player.addEventListener("loadedmetadata", keepRate, { signal });
      player.addEventListener("ended", goOn, { signal });
      return () => {
        leaving.abort();
        player.pause();
        if (players.get(part) === player) players.delete(part);
      };
    },
    place(parts) {
      const part = current <= parts ? current : 1;
      return { part, atMs: Math.round((players.get(part)?.currentTime ?? 0) * 1000) };
    },
    goTo(part, atMs) {
      makeCurrent(part);
      const player = media();
      if (!player) return;
      player.currentTime = atMs / 1000;
      void player.play();
    },
    playOrPause() {
      const player = media();
      if (player?.paused) void player.play();
      else player?.pause();
    },
    seekBy(seconds) {
      const player = media();
      if (player) player.currentTime = Math.max(0, player.currentTime + seconds);
    },
    setRate(next) {
      rate = next;
      for (const player of players.values()) player.playbackRate = next;
    },
  };
}

const ListeningContext = createContext<Listening | null>(null);
export const ListeningProvider = ListeningContext.Provider;

export function useListening(): Listening {
  const listening = useContext(ListeningContext);
  if (listening === null) throw new Error("a player is outside of what listens");
  return listening;
}
