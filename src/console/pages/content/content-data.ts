import { type UseQueryResult, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { asProblem, read, send } from "../../api.js";
import type { Content, Programme, Recording } from "../../api-types.ts";
import { announce } from "../../notices.js";
import type { Collection } from "../../parts/review-requests.ts";
import { isEpisode } from "../../parts/review-words.ts";
import { inPath } from "../../resources.js";
import { sentence } from "../../server-words.js";
import { useLive } from "../../shell/live-query.ts";

/** A place for a recording: each segment of an episode, or the one of a session. */
export interface Slot {
  /** As the API has it: `episodes/<id>/segments/<n>` or `sessions/<id>`. */
  place: string;
  /** The segment's name; a session has none. */
  name: string | null;
  title: string;
  recording: Recording | null;
  /** From 1, in air order. */
  part: number;
}

export function slotsOf(content: Content): Slot[] {
  const id = inPath(content.id);
  if (!isEpisode(content)) {
    const { topic: title, recording } = content;
    return [{ place: `sessions/${id}`, name: null, title, recording, part: 1 }];
  }
  return content.segments.map(({ position, ...segment }) => ({
    ...segment,
    place: `episodes/${id}/segments/${position}`,
    part: position,
  }));
}

const isSlotReady = ({ recording }: Slot): boolean =>
  recording !== null &&
  recording.listening !== null &&
  recording.renditions.every(({ state }) => state === "ready");

/** How many places have all that airs of them. */
export const readyCount = (content: Content): number => slotsOf(content).filter(isSlotReady).length;

/** All that goes on air can be heard. */
export const isWhole = (content: Content): boolean =>
  slotsOf(content).every(isSlotReady) &&
  (!isEpisode(content) || (content.programme ?? []).every(({ state }) => state === "ready"));

/** There are recordings of which something is not made yet. */
export const isBeingMade = (content: Content): boolean =>
  !isWhole(content) && slotsOf(content).some(({ recording }) => recording !== null);

const contentKey = (kind: Collection, id: string) => ["content", kind, id] as const;
export const readContent = (kind: Collection, id: string, signal?: AbortSignal): Promise<Content> =>
  read(`/${kind}/${inPath(id)}`, signal);

export const useContent = (kind: Collection, id: string): UseQueryResult<Content> =>
  useLive({
    key: contentKey(kind, id),
    load: (signal) => readContent(kind, id, signal),
    topics: ["content"],
    isMoving: isBeingMade,
  });

export const useProgramme = (id: string): UseQueryResult<Programme> =>
  useLive({
    key: ["programme", id],
    load: (signal) => read(`/programmes/${inPath(id)}`, signal),
    topics: ["content"],
  });

/** What takes the answer of a change: the page shows it at once, and asks for the rest again. */
export function useContentChange(kind: Collection, id: string): (content: Content) => void {
  const queries = useQueryClient();
  return useCallback(
    (content) => {
      queries.setQueryData(contentKey(kind, id), content);
      void queries.invalidateQueries();
    },
    [queries, kind, id],
  );
}

/** Lets jobs and renditions be cancelled and retried. */
export function useWork(kind: Collection, id: string): (path: string) => void {
  const onChanged = useContentChange(kind, id);
  return (path) =>
    void send("POST", path)
      .then(() => readContent(kind, id))
      .then(onChanged, (error: unknown) => announce(() => sentence(asProblem(error).detail)));
}
