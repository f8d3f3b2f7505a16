import type { UseQueryResult } from "@tanstack/react-query";
import { read } from "../api.js";
import type { Programme } from "../api-types.ts";
import { useLive } from "../shell/live-query.ts";

/** What airs every fortnight comes before the lecture of every month. */
const byKind = (one: Programme, other: Programme) =>
  Number(one.kind === "lecture") - Number(other.kind === "lecture");

async function readProgrammes(signal: AbortSignal): Promise<Programme[]> {
  const { items }: { items: Programme[] } = await read("/programmes", signal);
  return items.sort(byKind);
}

export const useProgrammes = (): UseQueryResult<Programme[]> =>
  useLive({ key: ["programmes"], load: readProgrammes, topics: ["content"] });
