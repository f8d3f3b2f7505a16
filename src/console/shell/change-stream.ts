import { useSyncExternalStore } from "react";
import type { Topic } from "../../changes/topics.ts";
import { apiUrl } from "../api.js";

/**
 * That something has changed, told by the server: what is on the screen is asked for again at once. While it is not told,
 * pages ask every few seconds by themselves, and they say when that fails.
 */

export type { Topic };

const AGAIN_MS = 5000;
/** The server says something three times in this time: a connection that is lost on its way may stay open without a word. */
const SILENCE_MS = 45_000;
let source: EventSource | null = null;
let again: ReturnType<typeof setTimeout> | undefined;
let silence: ReturnType<typeof setTimeout> | undefined;
let isOpen = false;
let tell: (topics: Topic[] | "all") => void = () => {};
const listeners = new Set<() => void>();

function become(open: boolean): void {
  if (open === isOpen) return;
  isOpen = open;
  for (const listener of listeners) listener();
}

/** The server listens from here on; what changed before was told to nobody. */
function begin(event: Event): void {
  // The browser's own event of this name comes earlier, and has no data.
  if (!(event instanceof MessageEvent)) return;
  hear();
  become(true);
  tell("all");
}

function hear(): void {
  clearTimeout(silence);
  silence = setTimeout(lose, SILENCE_MS);
}

function take({ data }: MessageEvent<string>): void {
  hear();
  tell((JSON.parse(data) as { topics: Topic[] }).topics);
}

function lose(): void {
  become(false);
  connect();
}

function connect(): void {
  disconnect();
  // A browser has few connections to a server, and other tabs need theirs.
  if (document.hidden) return become(false);
  source = new EventSource(apiUrl("/changes"));
  source.addEventListener("open", begin);
  source.addEventListener("changed", take);
  source.addEventListener("alive", hear);
  source.addEventListener("error", () => {
    // That it can't be reached is to be said at once.
    if (isOpen) tell("all");
    become(false);
    // The browser tries again by itself but when the server refuses it, as without a sign-in.
    if (source?.readyState === EventSource.CLOSED) again = setTimeout(connect, AGAIN_MS);
  });
  hear();
}

function disconnect(): void {
  clearTimeout(again);
  clearTimeout(silence);
  source?.close();
  source = null;
}

/** @returns what ends it */
export function followChanges(listener: typeof tell): () => void {
  tell = listener;
  document.addEventListener("visibilitychange", connect);
  // A connection over a line that was cut may look open for minutes.
  addEventListener("offline", connect);
  addEventListener("online", connect);
  connect();
  return () => {
    document.removeEventListener("visibilitychange", connect);
    removeEventListener("offline", connect);
    removeEventListener("online", connect);
    disconnect();
    tell = () => {};
    become(false);
  };
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Whether changes are told by the server at present. */
export const useChangesTold = (): boolean => useSyncExternalStore(subscribe, () => isOpen);
