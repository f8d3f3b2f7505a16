import { v7 as uuidv7 } from "uuid";
import type { Clock } from "../clock.ts";
import { type Composition, derivationOf, identify } from "./composition.ts";
import type { Job } from "./jobs/job.ts";
import type { Rendition } from "./media.ts";
import type { MediaStore } from "./media-store.ts";
import { appliesTo, isForDevices, laneOf, type Profile } from "./profiles.ts";

type Lane = ReturnType<typeof laneOf>;

/** One of the renditions that devices may be given. */
export interface DeviceRendition {
  profile: string;
  /** What is played by now; `null` while there is none, or when it could not be made. */
  ready: Rendition | null;
  /** Another one takes its place once that is made. */
  isBeingMade: boolean;
}

interface Dependencies {
  store: MediaStore;
  profiles: readonly Profile[];
  clock: Clock;
  /** SHA-256 of the picture that goes with what has no cover of its own. */
  defaultCover: string;
  addJob(kind: Lane, compositionId: string): void;
  hasOpenJob(kind: Lane, compositionId: string): boolean;
}

/** Which renditions a composition needs, as the profiles are now, and what becomes of them. */
export function createCompositions(dependencies: Dependencies) {
  const { store, profiles, clock, defaultCover, addJob, hasOpenJob } = dependencies;

  /** How long the rendered whole is, gaps too. */
  const lengthOf = ({ clips }: Composition): number =>
    clips.reduce((sum, { assetSha256, fromMs, toMs, gapBeforeMs }) => {
      const isWhole = fromMs === null || toMs === null;
      const clipMs = isWhole ? (store.assetOf(assetSha256)?.durationMs ?? 0) : toMs - fromMs;
      return sum + gapBeforeMs + clipMs;
    }, 0);

  /** The profiles that apply, each with the derivation it asks for. */
  function wantedBy(composition: Composition): { profile: Profile; derivation: string }[] {
    const assets = composition.clips.map(({ assetSha256 }) => store.assetOf(assetSha256));
    const recording = {
      // Clips in a row are heard only: pictures of different sizes and rates do not join.
      hasPicture: assets.length === 1 && assets[0]?.probe.kind === "video",
      durationMs: lengthOf(composition),
    };
    return profiles
      .filter((profile) => appliesTo(profile, recording))
      .map((profile) => ({ profile, derivation: derivationOf(composition, profile, defaultCover) }));
  }

  function currentPairs(compositionId: string): { rendition: Rendition; profile: Profile }[] {
    const composition = store.composition(compositionId);
    if (!composition) return [];
    const rows = store.renditionsOf(compositionId);
    return wantedBy(composition).flatMap(({ profile, derivation }) => {
      const rendition = rows.find((row) => row.profile === profile.name && row.derivation === derivation);
      return rendition ? [{ rendition, profile }] : [];
    });
  }

  /** Queues what is missing, takes over what has the same bytes, and asks for the jobs that make the rest. */
  function queueMissing(compositionId: string, failedToo: boolean): void {
    const composition = store.composition(compositionId);
    if (!composition) return;
    const now = clock.now();
    for (const { profile, derivation } of wantedBy(composition)) {
      store.queue({ id: uuidv7(), compositionId, profile: profile.name, derivation, now }, failedToo);
    }
    takeOverTwins(compositionId);
    addJobs(compositionId);
  }

  function takeOverTwins(compositionId: string): void {
    for (const { rendition } of currentPairs(compositionId).filter(isOpen)) {
      const twin = store.readyTwin(rendition.derivation);
      if (!twin) continue;
      if (store.markReady(rendition.id, twin, [], clock.now())) store.copyParts(twin.id, rendition.id);
    }
  }

  function addJobs(compositionId: string): void {
    const lanes = new Set(
      currentPairs(compositionId)
        .filter(isOpen)
        .map(({ profile }) => laneOf(profile)),
    );
    for (const lane of lanes) addJob(lane, compositionId);
  }

  const isOpen = ({ rendition }: { rendition: Rendition }): boolean =>
    rendition.state === "queued" || rendition.state === "running";

  const unfinished = (compositionId: string, lane: Lane) =>
    currentPairs(compositionId).filter((pair) => laneOf(pair.profile) === lane && isOpen(pair));

  /**
   * What is played: as the profile is now, or until that is made, the newest of what was made before. A profile that
   * was changed back asks for the older of two.
   */
  function readyOf(compositionId: string, profile: string): Rendition | null {
    const isReady = (row: Rendition) => row.profile === profile && row.state === "ready";
    const current = currentPairs(compositionId).find(({ rendition }) => isReady(rendition));
    return current?.rendition ?? store.renditionsOf(compositionId).findLast(isReady) ?? null;
  }

  return {
    /** What changed profiles ask for; what failed stays failed, or a recording that ends the server would do so for ever. */
    queueChanged: (compositionId: string): void => queueMissing(compositionId, false),
    unfinished,
    readyOf,

    lengthOf(compositionId: string): number | null {
      const composition = store.composition(compositionId);
      return composition && lengthOf(composition);
    },

    compose(composition: Composition): string {
      const { id, definition } = identify(composition);
      const assets = composition.clips.map(({ assetSha256 }) => assetSha256);
      store.insertComposition(id, definition, assets, clock.now());
      queueMissing(id, true);
      return id;
    },

    current: (compositionId: string): Rendition[] =>
      currentPairs(compositionId).map(({ rendition }) => rendition),

    /** Whatever the line to the devices is like; what it cannot air without comes first. */
    forDevices: (compositionId: string): DeviceRendition[] =>
      currentPairs(compositionId)
        .filter(({ profile }) => isForDevices(profile))
        .toSorted(
          (one, other) =>
            Number(other.profile.neededToAir ?? false) - Number(one.profile.neededToAir ?? false),
        )
        .map((pair) => ({
          profile: pair.profile.name,
          ready: readyOf(compositionId, pair.profile.name),
          isBeingMade: isOpen(pair),
        })),

    whyNotRendered(compositionId: string): string | null {
      for (const { rendition, profile } of currentPairs(compositionId)) {
        if (profile.neededToAir !== true || readyOf(compositionId, profile.name)) continue;
        const { state, error } = rendition;
        if (state === "failed") return `${profile.name} failed: ${error ?? "unknown reason"}`;
        return state === "cancelled" ? `${profile.name} was cancelled` : `${profile.name} is being made`;
      }
      return null;
    },

    /** False when the rendition neither failed nor was cancelled. */
    retry(renditionId: string): boolean {
      if (!store.requeue(renditionId, clock.now())) return false;
      const rendition = store.rendition(renditionId);
      if (rendition) addJobs(rendition.compositionId);
      return true;
    },

    /** Queues what failed or was cancelled in one lane, and asks for its job. */
    retryLane(compositionId: string, lane: Lane): void {
      for (const { rendition, profile } of currentPairs(compositionId))
        if (laneOf(profile) === lane) store.requeue(rendition.id, clock.now());
      addJobs(compositionId);
    },

    /** Only what the profiles, as they are now, would make: nothing makes an older one again. */
    makeAnew(sha256: string): boolean {
      const current = store
        .readyWith(sha256)
        .filter(({ id, compositionId }) =>
          currentPairs(compositionId).some(({ rendition }) => rendition.id === id),
        );
      for (const { id } of current) store.makeAnew(id, clock.now());
      for (const id of new Set(current.map(({ compositionId }) => compositionId))) addJobs(id);
      return current.length > 0;
    },

    /** Brings the renditions of an ended or put-back job to what became of it. */
    settle(compositionId: string, lane: Lane, { state, error }: Pick<Job, "state" | "error">): void {
      // Asked for anew since: what is unfinished is the newer job's.
      if (state !== "queued" && hasOpenJob(lane, compositionId)) return;
      for (const { rendition } of unfinished(compositionId, lane)) {
        if (state === "failed" || state === "cancelled")
          store.setState(rendition.id, state, error, clock.now());
        else store.setState(rendition.id, "queued", null, clock.now());
      }
      // What was asked for while the job was under way.
      if (state === "done") addJobs(compositionId);
    },

    takeUpUnattended(): void {
      for (const compositionId of store.unfinished()) addJobs(compositionId);
    },
  };
}
