import type { Clock } from "../clock.ts";
import type { MediaService } from "../media/media-service.ts";
import type { ContentSource } from "../programmes/content.ts";
import type { ProgrammeService } from "../programmes/programme-service.ts";
import type { ScheduleService } from "../schedules/schedule-service.ts";
import { type Forecast, type ForecastEntry, newSurvey } from "./forecast.ts";

interface Dependencies {
  programmes: ProgrammeService;
  schedules: ScheduleService;
  sources: { broadcast: ContentSource; lecture: ContentSource };
  forecast: Forecast;
  media: Pick<MediaService, "expectOnAir">;
  clock: Clock;
  planMs: number;
}

/**
 * Tells the media queue when what it renders is expected on air: approved content on the date it is planned for, and
 * what still waits for approval on the dates that are left, in the order of its numbers.
 */
export function createExpectedAir(dependencies: Dependencies): () => void {
  const { programmes, schedules, sources, forecast, media, clock, planMs } = dependencies;

  function entriesOf(programmeId: string): ForecastEntry[] {
    const survey = newSurvey();
    return schedules
      .active()
      .filter((schedule) => schedule.programmeId === programmeId)
      .flatMap((schedule) => forecast(schedule, clock.now() + planMs, undefined, survey))
      .toSorted((one, other) => one.startAt - other.startAt);
  }

  return () => {
    for (const { id, kind } of programmes.all()) {
      const waiting = sources[kind].waiting(id);
      const free = new Map<string, number>();
      for (const { content, date, startAt, isFree } of entriesOf(id)) {
        for (const { compositionId } of content?.parts ?? []) media.expectOnAir(compositionId, startAt);
        if (isFree && !free.has(date)) free.set(date, startAt);
      }
      const starts = [...free.values()];
      for (const [at, compositionIds] of waiting.entries()) {
        for (const compositionId of compositionIds) media.expectOnAir(compositionId, starts[at] ?? null);
      }
    }
  };
}
