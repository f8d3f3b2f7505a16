import type { BaseLogger } from "pino";
import type { AudienceMember } from "../../src/protocol/audience.ts";
import type { Playlist, Policy, Report } from "../../src/protocol/messages.ts";
import type { Verifier } from "../../src/protocol/signing.ts";
import { createCommandHandler } from "./commands.ts";
import type { DeviceClock } from "./device-clock.ts";
import { createDownlink } from "./downlink.ts";
import type { Faults } from "./faults.ts";
import type { Identity } from "./identity.ts";
import type { Journal } from "./journal.ts";
import { openLiveFeed } from "./live-feed.ts";
import type { MediaCache } from "./media-cache.ts";
import { createObedience } from "./obedience.ts";
import type { Output } from "./output.ts";
import { createPlanBook, type PlanBook } from "./plan-book.ts";
import { createPlayer, type Player } from "./player.ts";
import type { PlaylistKeeper } from "./playlist-keeper.ts";
import { createReporter, type Reporter } from "./reporter.ts";
import type { ServerLink } from "./server-link.ts";
import { createSilence, type Silence } from "./silence.ts";
import type { Store } from "./store.ts";
import type { Supervise } from "./supervisor.ts";
import { createVolume, type Volume } from "./volume.ts";

/** What a device hears of the server, and what it airs and reports of it. */
export interface Air {
  /** Groups that the newest playlist puts the device in. */
  groups(): readonly string[];
  /** What the broker delivers. @throws on nonsense */
  onDownlink(topic: string, text: string, retained: boolean): Promise<void>;
  /** A newer playlist, or the one that is held over a restart. */
  adopt(playlist: Playlist): void;
  /** The clock was compared with the server's. */
  onCompared(): void;
  readonly book: PlanBook;
  readonly player: Player;
  readonly reporter: Reporter;
  readonly silence: Silence;
  readonly volume: Volume;
}

interface Options {
  identity: Pick<Identity, "deviceId" | "kind" | "areas">;
  store: Pick<Store, "read" | "writeIfRoom">;
  journal: Journal;
  verify: Verifier;
  keeper: Pick<PlaylistKeeper, "playlist" | "onPointer" | "refreshWithin">;
  link: Pick<ServerLink, "fetchLiveIndex" | "openMedia">;
  clock: Pick<DeviceClock, "now" | "trusted" | "bootedAt">;
  policy: () => Policy;
  isOnline: () => boolean;
  send: (report: Report) => Promise<void>;
  cache: Pick<MediaCache, "has" | "pathOf">;
  /** Look for missing media now. */
  prefetch: () => void;
  output: Output;
  faults: Faults;
  tellState: () => void;
  /** Somebody wants to know which device this is. */
  onIdentify: () => void;
  onReboot: () => void;
  onFailure: (error: unknown) => void;
  supervise: (loop: "reporter" | "player") => Supervise;
  log: BaseLogger;
}

/** The parts of a device between its links and its output, whatever those are. */
export function createAir(options: Options): Air {
  const { identity, store, journal, verify, keeper, link, clock, policy, isOnline, output, log } = options;
  const { deviceId, kind, areas } = identity;
  const { now } = clock;
  const clockTrusted = () => clock.trusted;
  const groups = () => keeper.playlist?.desired?.groups ?? [];
  const member: AudienceMember = {
    deviceId,
    kind,
    areas,
    get groups() {
      return groups();
    },
  };
  const reporter = createReporter({
    journal,
    now,
    isOnline,
    send: options.send,
    supervise: options.supervise("reporter"),
  });
  const volume = createVolume({ store, deviceId, maxVolume: () => policy().maxVolume });
  const silence = createSilence({ log, faults: options.faults, onChange: () => player.onSilence() });
  const book = createPlanBook({ journal, reporter, player: () => player, now, onFailure: options.onFailure });
  const player = createPlayer({
    entries: book.entries,
    cache: options.cache,
    output,
    journal,
    reporter,
    now,
    clockTrusted,
    isOnline,
    policy,
    volumeFor: (entry) => volume.capped(entry.volume),
    onStreamed: options.prefetch,
    openFeed: (broadcastId) => openLiveFeed({ broadcastId, link, verify, member, log }),
    log,
    silence,
    rejoins: kind === "terminal",
    supervise: options.supervise("player"),
  });
  const obey = createObedience({
    book,
    player,
    journal,
    output,
    volume,
    silence,
    now,
    log,
    prefetch: options.prefetch,
    refreshWithin: keeper.refreshWithin,
    tellState: options.tellState,
    onIdentify: options.onIdentify,
    onReboot: options.onReboot,
  });
  const onCommand = createCommandHandler({
    verify,
    member,
    journal,
    reporter,
    now,
    clockTrusted,
    log,
    obey,
  });
  return {
    groups,
    onDownlink: createDownlink({
      verify,
      keeper,
      onCommand,
      book,
      reporter,
      prefetch: options.prefetch,
      log,
    }),
    adopt(playlist) {
      if (playlist.desired) volume.follow(playlist.desired, playlist.generatedAt);
      book.adopt(playlist);
    },
    onCompared() {
      if (clock.bootedAt !== null) journal.bootedAt(clock.bootedAt);
      player.wake();
    },
    book,
    player,
    reporter,
    silence,
    volume,
  };
}
