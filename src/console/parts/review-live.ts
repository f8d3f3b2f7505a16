import type { UseQueryResult } from "@tanstack/react-query";
import type { ReviewCase, ReviewQueue } from "../api-types.ts";
import { useLive } from "../shell/live-query.ts";
import { type Collection, listWaiting, readCase } from "./review-requests.ts";

export const caseKey = (kind: Collection, id: string) => ["review", kind, id] as const;

export const useReviewCase = (kind: Collection, id: string): UseQueryResult<ReviewCase> =>
  useLive({
    key: caseKey(kind, id),
    load: (signal) => readCase(kind, id, signal),
    topics: ["content"],
    // It has none until all that airs of it is there.
    isMoving: ({ digest }) => digest === null,
  });

export const useWaiting = (): UseQueryResult<ReviewQueue> =>
  useLive({ key: ["waiting"], load: listWaiting, topics: ["content"] });
