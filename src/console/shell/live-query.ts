import { QueryClient, type QueryKey, type UseQueryResult, useQuery } from "@tanstack/react-query";
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
  /** `Infinity` for what is over. */
  everyMs?: number;
  /** What the server tells the changes of: then it is asked for at once, and by itself only now and then. */
  topics?: Topic[];
  /** Whether something of it goes on that is not told, as a transcode: then it is asked for as often as without topics. */
  isMoving?: (data: T) => boolean;
  enabled?: boolean;
}

/** Asks again for what is on the screen and may be another by now. */
export const askAgain = (topics: Topic[] | "all"): void =>
  void queries.invalidateQueries({
    predicate({ meta }) {
      const own = meta?.["topics"] as Topic[] | undefined;
      return own?.some((topic) => topics === "all" || topics.includes(topic)) ?? false;
    },
  });

/** While changes are told, and of what seldom changes. Some things change by the hour alone, as what is due tomorrow. */
export const SELDOM_MS = 30_000;

/** Something that is asked for again every few seconds while the page is looked at, or when the server tells of a change. */
export function useLive<T>({
  key,
  load,
  everyMs = REFRESH_MS,
  topics,
  isMoving = () => false,
  enabled = true,
}: Live<T>): UseQueryResult<T> {
  const isTold = useChangesTold() && topics !== undefined;
  return useQuery({
    queryKey: key,
    queryFn: ({ signal }) => load(signal),
    refetchInterval({ state: { data } }) {
      const interval =
        isTold && (data === undefined || !isMoving(data)) ? Math.max(everyMs, SELDOM_MS) : everyMs;
      return Number.isFinite(interval) && interval;
    },
    enabled,
    ...(topics ? { meta: { topics } } : {}),
    // What was asked for with other filters stays until the answer is there.
    placeholderData: (previous) => previous,
  });
}
