import type { Announcement, BroadcastWithProof, Page } from "../../api-types.ts";
import { listAnnouncements } from "../../interrupts.ts";
import { readPages } from "../../live.js";
import { getBroadcast } from "../../resources.js";

type Proof = BroadcastWithProof["proof"];

/** An announcement and what became of it. */
export interface Shown {
  announcement: Announcement;
  proof: Proof | null;
}

const PAGE = 10;
const PROVED = new Set(["frozen", "on_air", "aired", "failed"]);
/** Records still come in for a while after the end. */
const SETTLED_MS = 3_600_000;
const settledProofs = new Map<string, Proof>();

async function proofOf({ id, broadcast }: Announcement, signal: AbortSignal): Promise<Proof | null> {
  const { state, endsAt } = broadcast;
  if (!PROVED.has(state)) return null;
  const known = settledProofs.get(id);
  if (known) return known;
  const { proof }: BroadcastWithProof = await getBroadcast(id, { limit: 1, cursor: null }, signal);
  if (endsAt !== null && Date.now() - Date.parse(endsAt) > SETTLED_MS) settledProofs.set(id, proof);
  return proof;
}

/** @param pages from the newest */
export async function readAnnouncements(pages: number, signal: AbortSignal): Promise<Page<Shown>> {
  const { items, nextCursor }: Page<Announcement> = await readPages(
    (cursor: string | null) => listAnnouncements({ limit: PAGE, cursor }, signal),
    pages,
  );
  const shown = items.map(async (announcement) => ({
    announcement,
    proof: await proofOf(announcement, signal),
  }));
  return { items: await Promise.all(shown), nextCursor };
}
