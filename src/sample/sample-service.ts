import type { Clock } from "../clock.ts";
import type { Transact } from "../db/open.ts";
import type { DeviceService } from "../devices/device-service.ts";
import type { EpisodeService } from "../episodes/episode-service.ts";
import { AppError } from "../errors.ts";
import type { ProgrammeService } from "../programmes/programme-service.ts";
import type { RegionService } from "../regions/region-service.ts";
import type { PolicyService } from "../schedules/policy.ts";
import type { ScheduleService } from "../schedules/schedule-service.ts";
import type { SessionService } from "../sessions/session-service.ts";
import {
  SAMPLE_BROADCAST,
  SAMPLE_DEVICES,
  SAMPLE_EPISODES,
  SAMPLE_LECTURE,
  SAMPLE_REGIONS,
  SAMPLE_SESSION,
  sampleSchedule,
} from "./sample-content.ts";
import type { SampleSound } from "./sample-sound.ts";
import type { Sample, SampleState } from "./sample-state.ts";
import type { Hindrance, Hold, SampleStore } from "./sample-store.ts";

export interface SampleService {
  /** `hindrance`: why none can be made now; `null` also while there is one. */
  get(): { sample: Sample | null; hindrance: Hindrance | null };
  /**
   * Fills an empty county with a sample, all of it or nothing. Nothing of it is approved, and none of its devices can enrol.
   * @param userId who makes its content, and signs none of it
   * @throws {AppError} `conflict`: `sample-present` when there is one, `county-has-begun` when there are devices or content
   */
  make(userId: string): Promise<void>;
  /**
   * Takes away all of it with everything that was made for it; its media become garbage, the audit log stays.
   * @throws {AppError} `not_found`; `conflict`, as `sample-in-use`, naming what holds it
   */
  remove(): void;
  /** Called in the transaction in which it was removed. */
  onRemoved(listener: () => void): void;
}

interface Dependencies {
  state: SampleState;
  store: SampleStore;
  sound: SampleSound;
  regions: Pick<RegionService, "importCsv">;
  devices: Pick<DeviceService, "create">;
  programmes: Pick<ProgrammeService, "create">;
  episodes: Pick<EpisodeService, "create" | "useAsset">;
  sessions: Pick<SessionService, "create" | "useAsset">;
  schedules: Pick<ScheduleService, "create">;
  policy: Pick<PolicyService, "reload">;
  zone: string;
  transact: Transact;
  clock: Clock;
}

/** Pitches of the tones, in Hz, which differ so that no two recordings are the same. */
const LOWEST_HZ = 440;
const STEP_HZ = 110;

export function createSampleService(dependencies: Dependencies): SampleService {
  const { state, store, sound, regions, devices, programmes, episodes, sessions, schedules, policy } =
    dependencies;
  const { zone, transact, clock } = dependencies;
  const removedListeners: (() => void)[] = [];

  function requireEmpty(): void {
    if (state.get() !== null) {
      throw new AppError("conflict", "There is sample data already.", {
        kind: "sample-present",
        hint: "Remove it first to make it anew.",
      });
    }
    const hindrance = store.hindrance();
    if (hindrance === null) return;
    throw new AppError("conflict", HINDERED[hindrance], {
      kind: "county-has-begun",
      hint: "Look at sample data on a second server, with a DATA_DIR and a MEDIA_DIR of its own.",
    });
  }

  /** All that it says, in order, as recordings. */
  async function record(userId: string): Promise<Map<string, string>> {
    const texts = [
      ...SAMPLE_EPISODES.flatMap(({ segments }) => segments.flatMap(({ spoken }) => spoken ?? [])),
      SAMPLE_SESSION.spoken,
    ];
    const recordings = new Map<string, string>();
    for (const [n, text] of texts.entries())
      recordings.set(text, await sound(text, LOWEST_HZ + n * STEP_HZ, userId));
    return recordings;
  }

  function write(recordings: ReadonlyMap<string, string>, userId: string): Sample {
    regions.importCsv(SAMPLE_REGIONS);
    for (const device of SAMPLE_DEVICES) devices.create(device);
    const broadcast = programmes.create({ ...SAMPLE_BROADCAST, segments: [...SAMPLE_BROADCAST.segments] });
    for (const { number, title, segments } of SAMPLE_EPISODES) {
      const titled = segments.map(({ name, title }) => ({ name, title }));
      const { id } = episodes.create({ programmeId: broadcast.id, number, title, segments: titled }, userId);
      for (const [index, { spoken }] of segments.entries()) {
        const sha256 = spoken === null ? undefined : recordings.get(spoken);
        if (sha256 !== undefined) episodes.useAsset(id, index + 1, sha256, userId);
      }
    }
    const lecture = programmes.create({ ...SAMPLE_LECTURE, segments: [] });
    const { spoken, ...session } = SAMPLE_SESSION;
    const { id } = sessions.create({ programmeId: lecture.id, ...session }, userId);
    const sha256 = recordings.get(spoken);
    if (sha256 !== undefined) sessions.useAsset(id, sha256, userId);
    schedules.create({ programmeId: broadcast.id, ...sampleSchedule(zone) }, { userId });
    return { madeAt: clock.now(), programmes: [broadcast.id, lecture.id] };
  }

  return {
    get() {
      const sample = state.get();
      return { sample, hindrance: sample === null ? store.hindrance() : null };
    },

    async make(userId) {
      requireEmpty();
      // What a stop leaves of them here, nothing names: it is collected like any other.
      const recordings = await record(userId);
      transact(() => {
        // The county may have begun while they were spoken.
        requireEmpty();
        state.set(write(recordings, userId));
      });
    },

    remove() {
      transact(() => {
        const sample = state.get();
        if (sample === null) throw new AppError("not_found", "There is no sample data.");
        const holds = store.holds(sample.programmes);
        if (holds.length > 0) throw inUse(holds);
        store.remove(sample.programmes);
        state.forget();
        policy.reload();
        for (const listener of removedListeners) listener();
      }, policy.reload);
    },

    onRemoved: (listener) => void removedListeners.push(listener),
  };
}

const HINDERED: Record<Hindrance, string> = {
  devices: "There are devices: sample data is for a county that has none yet.",
  content: "There is content: sample data is for a county that has none yet.",
  regions: "The codes of the sample's regions are taken.",
};

const HELD: Record<Hold["kind"], (name: string) => string> = {
  broadcast: (name) => `${name} is on air: stop it, or wait for its end.`,
  emergency: (name) => `${name} stands or waits: end it first.`,
  schedule: (name) => `The schedule ${name} is for regions of the sample, too: take them out of it.`,
  person: (name) => `${name} has a role for a region of the sample: take it back.`,
};

const inUse = (holds: readonly Hold[]): AppError =>
  new AppError("conflict", "Something else still uses the sample data.", {
    kind: "sample-in-use",
    hint: "See to what is named, then remove it again.",
    details: holds.map(({ kind, name }) => ({ at: kind, message: HELD[kind](name) })),
  });
