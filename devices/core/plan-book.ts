import type { Playlist } from "../../src/protocol/messages.ts";
import type { Journal } from "./journal.ts";
import { type Entry, isAhead, isStopped, mergePlaylist } from "./plan.ts";
import type { Player } from "./player.ts";
import type { Reporter } from "./reporter.ts";

/** Every broadcast that the device knows of: from the playlist, from `play` commands and from alerts. */
export interface PlanBook {
  entries(): Iterable<Entry>;
  /** What has not come to its end, whichever that was. */
  toCome(): Entry[];
  /** A newer playlist: what it lacks is withdrawn. */
  adopt(playlist: Playlist): void;
  /** A broadcast from a command. */
  add(entry: Entry): void;
  /** An area's standing alert, instead of the one before. */
  raise(alert: Entry): Promise<void>;
  clearAlert(area: string): Promise<void>;
}

interface Options {
  journal: Journal;
  reporter: Reporter;
  player: () => Pick<Player, "stop" | "withdraw" | "wake">;
  now: () => number;
  onFailure: (error: unknown) => void;
}

/** What a clock that is trusted may differ from the server's. */
const CLOCKS_APART_MS = 2_000;

export function createPlanBook({ journal, reporter, player, now, onFailure }: Options): PlanBook {
  let plan = new Map<string, Entry>();
  /** When the newest playlist was made. */
  let listedAt = 0;

  const reportReceived = (id: string) =>
    reporter.reportOnce(`received:${id}`, { type: "received", broadcastId: id });

  function put(entry: Entry): void {
    plan.set(entry.id, entry);
    reportReceived(entry.id);
    player().wake();
  }

  /** Said before a stop of everything that was obeyed, and under way for longer than that. */
  const isTooLate = (entry: Entry): boolean => isStopped(journal.stopsOfAll(), entry, now());

  /** At its own end the round that has begun is heard to its end: the server only takes away what is over. */
  const isOver = ({ repeatsUntil = 0 }: Entry): boolean => now() >= repeatsUntil - CLOCKS_APART_MS;

  async function clearAlert(area: string, except?: string): Promise<void> {
    const standing = [...plan.values()].filter(({ id, alertArea }) => alertArea === area && id !== except);
    for (const entry of standing) {
      if (except === undefined && isOver(entry)) continue;
      const { id } = entry;
      const stopping = player().stop(id, "stopped");
      plan.delete(id);
      await stopping;
    }
  }

  return {
    entries: () => plan.values(),
    toCome: () => [...plan.values()].filter(({ id }) => !journal.isDone(id)),

    adopt(playlist) {
      const merged = mergePlaylist(plan, playlist);
      for (const { id } of merged.withdrawn) player().withdraw(id).catch(onFailure);
      // What was over before this device heard of it is not its business.
      const isNews = (entry: Entry) => plan.has(entry.id) || isAhead(entry, now());
      plan = new Map([...merged.plan].filter(([, entry]) => isNews(entry)));
      listedAt = playlist.generatedAt;
      for (const entry of plan.values()) {
        reportReceived(entry.id);
        if (isTooLate(entry)) player().stop(entry.id, "stopped").catch(onFailure);
      }
      player().wake();
    },

    add(entry) {
      // The playlist's word on the same broadcast stands: the command is the other path to it.
      if (journal.isDone(entry.id) || plan.has(entry.id)) return;
      if (entry.knownSince < listedAt) {
        // The command was long under way; meanwhile a playlist was made that no longer has it.
        reporter.report({ type: "skipped", broadcastId: entry.id, reason: "withdrawn" });
      } else put(entry);
    },

    async raise(alert) {
      const cleared = clearAlert(alert.alertArea ?? "", alert.id);
      if (isTooLate(alert)) await player().stop(alert.id, "stopped");
      else if (!journal.isDone(alert.id)) put(alert);
      await cleared;
    },

    clearAlert: (area) => clearAlert(area),
  };
}
