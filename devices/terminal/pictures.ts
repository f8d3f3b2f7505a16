import type { Programme } from "../core/output.ts";
import { attachStream, type Stream } from "./stream.ts";

/**
 * What a programme is made of as a `<video>` takes it: files from the browser's private file system, for which nothing goes over the
 * network, or streams.
 */
interface Pictures {
  /** Loads a part and stands still at `offsetMs`. @throws when it cannot be decoded */
  load(video: HTMLVideoElement, index: number, offsetMs: number): Promise<void>;
  /** The element is free for something else. */
  unload(video: HTMLVideoElement): void;
  close(): void;
}

const LOAD_WITHIN_MS = 15_000;

export async function openPictures(media: FileSystemDirectoryHandle, { parts, volume }: Programme) {
  const files = new Map<string, File>();
  for (const { path, stream } of parts)
    if (!stream) files.set(path, await (await media.getFileHandle(path)).getFile());
  // Only once all are there: what throws before has nothing to be let go of.
  const addresses = new Map([...files].map(([path, file]) => [path, URL.createObjectURL(file)]));
  const streams = new Map<HTMLVideoElement, Stream>();
  function leaveStream(video: HTMLVideoElement): void {
    streams.get(video)?.destroy();
    streams.delete(video);
  }
  const pictures: Pictures = {
    async load(video, index, offsetMs) {
      const { path = "", stream } = parts[index] ?? {};
      leaveStream(video);
      if (stream) streams.set(video, await attachStream(video, stream, offsetMs));
      else video.src = addresses.get(path) ?? "";
      video.volume = volume / 100;
      video.playbackRate = 1;
      await heard(video, "canplay");
      if (offsetMs > 0) await seek(video, offsetMs);
    },
    unload(video) {
      leaveStream(video);
      video.pause();
      video.removeAttribute("src");
      video.load();
    },
    close() {
      for (const video of streams.keys()) leaveStream(video);
      for (const address of addresses.values()) URL.revokeObjectURL(address);
    },
  };
  return pictures;
}

export async function seek(video: HTMLVideoElement, toMs: number): Promise<void> {
  const there = heard(video, "seeked");
  video.currentTime = toMs / 1000;
  await there;
}

/** Resolves at the event. @throws at an error of the element, or when neither comes in time */
async function heard(video: HTMLVideoElement, event: "canplay" | "seeked"): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const fail = () => reject(new Error(video.error?.message ?? `no ${event} in time`));
  const timer = setTimeout(fail, LOAD_WITHIN_MS);
  const onEvent = () => resolve();
  video.addEventListener(event, onEvent, { once: true });
  video.addEventListener("error", fail, { once: true });
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    video.removeEventListener(event, onEvent);
    video.removeEventListener("error", fail);
  }
}
