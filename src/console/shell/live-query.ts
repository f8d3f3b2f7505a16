import { type Query, QueryClient, type QueryKey, type UseQueryResult, useQuery } from "@tanstack/react-query";
import { asProblem } from "../api.js";
import { REFRESH_MS } from "../live.js";
import { type Topic, useChangesTold } from "./change-stream.ts";

/** api.js asks for a sign-in and tells a lost network apart, so nothing is tried twice here. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: { retry: false, networkMode: "always", staleTime: 0, gcTime: 60_000 },
    // Nothing is done later by itself, when the network is back and nobody expects it any more.
    mutations: { retry: false, networkMode: "always" },
  },
});

interface Live<T> {
  key: QueryKey;
  load: (signal: AbortSignal) => Promise<T>;
  /** What the server tells the changes of: then it is asked for at once. Nothing is told of what only another start changes. */
  topics: Topic[];
  /** How often it is asked for while nothing is told; more seldom for what is much to ask for. */
  everyMs?: number;
  /** Whether something of it goes on that is not told, as a transcode: then it is asked for as often as if nothing were. */
  isMoving?: (data: T) => boolean;
  /** Whether time alone changes nothing of it: then it is asked for when it is told, and never by itself. */
  isOver?: (data: T) => boolean;
  enabled?: boolean;
}

const topicsOf = ({ meta }: Query): Topic[] | undefined => meta?.["topics"] as Topic[] | undefined;

/** Asks again for what is on the screen and may be another by now. */
export function askAgain(topics: Topic[] | "all"): void {
  if (topics === "all") {
    void queries.invalidateQueries({ predicate: (query) => topicsOf(query) !== undefined });
    return;
  }
  const isAbout = (query: Query) => topicsOf(query)?.some((topic) => topics.includes(topic)) ?? false;
  for (const query of queries.getQueryCache().findAll({ predicate: isAbout })) void askOnceAnswered(query);
}

/** An answer on its way may be of before. It is waited for: given up, none would come while changes are faster than answers. */
async function askOnceAnswered(query: Query): Promise<void> {
  if (query.state.fetchStatus === "fetching") await query.promise?.catch(() => undefined);
  await queries.invalidateQueries({ queryKey: query.queryKey, exact: true }, { cancelRefetch: false });
}

/** Codes that mean "not now": what is on the screen stays, marked as not live. */
const PASSING = new Set(["offline", "timeout", "unavailable", "too_many", "internal"]);
export const isPassing = (error: unknown): boolean => error !== null && PASSING.has(asProblem(error).code);

/** While changes are told. Some things change by the hour alone, as what is due tomorrow. */
const SAFETY_MS = 60_000;

/** Something that is asked for again when the server tells of a change, and every few seconds while it cannot tell. */
export function useLive<T>({
  key,
  load,
  topics,
  everyMs = REFRESH_MS,
  isMoving = () => false,
  isOver = () => false,
  enabled = true,
}: Live<T>): UseQueryResult<T> {
  const isTold = useChangesTold();
  return useQuery({
    queryKey: key,
    queryFn: ({ signal }) => load(signal),
    refetchInterval({ state: { data, error } }) {
      if (isPassing(error)) return everyMs;
      if (data !== undefined && isOver(data)) return false;
      const isQuiet = isTold && (data === undefined || !isMoving(data));
      return isQuiet ? Math.max(everyMs, SAFETY_MS) : everyMs;
    },
    enabled,
    meta: { topics },
    // What was asked for with other filters stays until the answer is there.
    placeholderData: (previous) => previous,
  });
}
