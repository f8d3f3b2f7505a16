import type { Programme } from "../core/output.ts";
import { openStream, type Stream } from "./stream.ts";

/**
 * What a programme is made of as a `<video>` takes it: files from the browser's private file system, for which nothing goes over the
 * network, or streams.
 */
interface Pictures {
  /** Loads a part and stands still at `offsetMs`. @throws when it cannot be shown, or the element is wanted for something else */
  load(video: HTMLVideoElement, index: number, offsetMs: number): Promise<void>;
  /** The element is free for something else. */
  unload(video: HTMLVideoElement): void;
  close(): void;
}

/** What an element is loaded with. */
interface Load {
  stream: Stream | null;
  over: AbortController;
}

const WITHIN_MS = 15_000;

export async function openPictures(
  media: FileSystemDirectoryHandle,
  { parts, volume }: Programme,
): Promise<Pictures> {
  const files = new Map<string, File>();
  for (const { path, stream } of parts)
    if (!stream) files.set(path, await (await media.getFileHandle(path)).getFile());
  // Only once all are there: what throws before has nothing to be let go of.
  const addresses = new Map([...files].map(([path, file]) => [path, URL.createObjectURL(file)]));
  const loads = new Map<HTMLVideoElement, Load>();

  function letGo(video: HTMLVideoElement): void {
    const load = loads.get(video);
    loads.delete(video);
    load?.over.abort(new Error("the element is wanted for something else"));
    load?.stream?.destroy();
  }

  return {
    async load(video, index, offsetMs) {
      const { path = "", stream } = parts[index] ?? {};
      letGo(video);
      const over = new AbortController();
      const load: Load = { stream: null, over };
      loads.set(video, load);
      const ready = heard(video, "canplay", over.signal);
      if (stream) load.stream = openStream(video, stream, offsetMs, (error) => over.abort(error));
      else video.src = addresses.get(path) ?? "";
      video.volume = volume / 100;
      video.playbackRate = 1;
      await ready;
      if (offsetMs > 0) await seek(video, offsetMs, over.signal);
    },
    unload(video) {
      letGo(video);
      video.pause();
      video.removeAttribute("src");
      video.load();
    },
    close() {
      for (const video of loads.keys()) letGo(video);
      for (const address of addresses.values()) URL.revokeObjectURL(address);
    },
  };
}

/** @param over gives it up */
export async function seek(video: HTMLVideoElement, toMs: number, over?: AbortSignal): Promise<void> {
  const there = heard(video, "seeked", over);
  video.currentTime = toMs / 1000;
  await there;
}

/** Resolves at the event. @throws at an error of the element, when neither comes in time, or when it is given up */
async function heard(
  video: HTMLVideoElement,
  event: "canplay" | "seeked",
  over?: AbortSignal,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const fail = () => reject(new Error(video.error?.message ?? `no ${event} in time`));
  const giveUp = () => reject(over?.reason);
  const timer = setTimeout(fail, WITHIN_MS);
  const onEvent = () => resolve();
  video.addEventListener(event, onEvent, { once: true });
  video.addEventListener("error", fail, { once: true });
  over?.addEventListener("abort", giveUp);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    video.removeEventListener(event, onEvent);
    video.removeEventListener("error", fail);
    over?.removeEventListener("abort", giveUp);
  }
}
