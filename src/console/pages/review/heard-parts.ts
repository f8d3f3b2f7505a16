import { useMemo, useState } from "react";
import type { ReviewCase } from "../../api-types.ts";
import { createHeard } from "../../heard.js";

type Part = ReviewCase["parts"][number];

interface HeardParts {
  msOf(part: Part): number;
  note(part: Part, played: TimeRanges): void;
  /** Whether there is something, and all of it was heard. */
  isAllHeard: boolean;
}

/** How much of each part was heard on this page, by the file that is signed. */
export function useHeardParts(parts: readonly Part[]): HeardParts {
  const files = parts.map(({ sha256 }) => sha256).join();
  const heard = useMemo(
    () => new Map(files.split(",").map((sha256) => [sha256, createHeard(sha256)])),
    [files],
  );
  const [, setRound] = useState(0);
  const msOf = ({ sha256, durationMs }: Part) => heard.get(sha256)?.ms(durationMs) ?? 0;
  return {
    msOf,
    note(part, played) {
      const before = msOf(part);
      heard.get(part.sha256)?.note(played);
      if (msOf(part) !== before) setRound((round) => round + 1);
    },
    isAllHeard: parts.length > 0 && parts.every((part) => msOf(part) === part.durationMs),
  };
}
