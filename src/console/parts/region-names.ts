import { useQueries } from "@tanstack/react-query";
import { regionName } from "../resources.js";

/** The names of regions; a code until its name is there. */
export function useNames(codes: readonly string[]): (code: string) => string {
  const wanted = [...new Set(codes)];
  const found = useQueries({
    queries: wanted.map((code) => ({
      queryKey: ["region", code],
      queryFn: ({ signal }: { signal: AbortSignal }) => regionName(code, signal),
      staleTime: Number.POSITIVE_INFINITY,
    })),
  });
  return (code) => found[wanted.indexOf(code)]?.data ?? code;
}
