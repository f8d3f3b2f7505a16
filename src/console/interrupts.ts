import { read, send, sendLast } from "./api.js";
import type { Announcement, Correction, Emergency, InterruptPreview, Page, Recording } from "./api-types.ts";
import { inPath, query } from "./resources.js";

/** Announcements, drills, emergencies and corrections, as the API has them; instants are ISO 8601. */

type InterruptClass = Announcement["class"];

export interface Intended {
  class: InterruptClass;
  title: string;
  targets: { regions: string[]; kinds: string[]; exclude?: string[]; groups?: string[]; tags?: string[] };
  startAt?: string | undefined;
  notAfter?: string;
  durationMs: number;
  silent: boolean;
  standing: boolean;
  live?: boolean;
}

/** The server's voice speaks while it is asked, also the words around a drill. */
const SPEAKS_WITHIN_MS = 180_000;

/** Who would hear it, and what it would meet on the air. */
export const previewInterrupt = (intended: Intended): Promise<InterruptPreview> =>
  send("POST", "/interrupts/preview", intended);

/** @param page `waiting`: only what waits for a second person */
export const listAnnouncements = (
  page: { limit: number; cursor?: string | null; waiting?: "true" },
  signal?: AbortSignal,
): Promise<Page<Announcement>> => read(`/announcements${query(page)}`, signal);

export const createAnnouncement = (announcement: object): Promise<Announcement> =>
  send("POST", "/announcements", announcement, SPEAKS_WITHIN_MS);

/** As the second person. */
export const confirmAnnouncement = (id: string): Promise<Announcement> =>
  send("POST", `/announcements/${inPath(id)}/confirm`);

/** The server ends what is silent for ten seconds, so that an answer that takes longer than this is of no use. */
const CHUNK_WITHIN_MS = 4000;

export const sendVoice = (
  id: string,
  n: number,
  piece: Blob,
): Promise<{ next: number; announcement: Announcement }> =>
  send("PUT", `/live/${inPath(id)}/chunks/${n}`, piece, CHUNK_WITHIN_MS);

export const endVoice = (id: string): Promise<Announcement> => send("POST", `/live/${inPath(id)}/end`);

/** Without waiting for an answer, as the page is going away. */
export const endVoiceAtLast = (id: string): void => sendLast(`/live/${inPath(id)}/end`);

/** @param page `open`: only what waits or stands */
export const listEmergencies = (
  page: { limit: number; cursor?: string | null; open?: "true" },
  signal?: AbortSignal,
): Promise<Page<Emergency>> => read(`/emergencies${query(page)}`, signal);

export const proposeEmergency = (emergency: object): Promise<Emergency> =>
  send("POST", "/emergencies", emergency, SPEAKS_WITHIN_MS);

export const confirmEmergency = (id: string): Promise<Emergency> =>
  send("POST", `/emergencies/${inPath(id)}/confirm`);

/** Withdraws what waits, ends what stands. */
export const stopEmergency = (id: string): Promise<Emergency> =>
  send("POST", `/emergencies/${inPath(id)}/stop`, {});

/**
 * @param xml a CAP 1.2 message
 * @param areas codes of areas that the message only names
 */
export function importCap(xml: string, areas: { name: string; code: string }[]): Promise<Emergency> {
  const mapped = new URLSearchParams(areas.map(({ name, code }) => ["areas", `${name}:${code}`]));
  const body = new Blob([xml], { type: "application/cap+xml" });
  return send("POST", `/emergencies/cap${areas.length === 0 ? "" : `?${mapped}`}`, body, SPEAKS_WITHIN_MS);
}

export const getRecording = (sha256: string): Promise<Recording> => read(`/recordings/${sha256}`);

export const draftCorrection = (broadcastId: string): Promise<Correction> =>
  read(`/broadcasts/${inPath(broadcastId)}/correction`);

export const airCorrection = (broadcastId: string, assetSha256: string): Promise<Announcement> =>
  send(
    "POST",
    `/broadcasts/${inPath(broadcastId)}/correction`,
    { source: { assetSha256 } },
    SPEAKS_WITHIN_MS,
  );

export interface Region {
  code: string;
  level: string;
  name: string;
}

const MOST = 500;

export async function listRegions(
  filter: { parent?: string; level?: string; q?: string },
  signal?: AbortSignal,
): Promise<Region[]> {
  const regions: Region[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<Region> = await read(`/regions${query({ ...filter, limit: MOST, cursor })}`, signal);
    regions.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return regions;
}
