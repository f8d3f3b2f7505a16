import { fetchSlotMs, RETURN_WINDOW_MS } from "../../src/protocol/fetch-slot.ts";
import type { EnrolResponse } from "../../src/protocol/http-messages.ts";
import type { Ack, Command, PlaylistBroadcast, PlaylistPointer } from "../../src/protocol/messages.ts";
import type { Verifier } from "../../src/protocol/signing.ts";
import { uplinkTopic } from "../../src/protocol/topics.ts";
import { createAlarm } from "../core/alarm.ts";
import { createBackoff } from "../core/backoff.ts";
import type { MqttLink } from "../core/mqtt-link.ts";
import { createReporter } from "../core/reporter.ts";
import { createServerLink, ServerError } from "../core/server-link.ts";
import { createSimulatedAir } from "./air.ts";
import { createMemoryJournal } from "./memory-journal.ts";
import { createSimulatedTwin } from "./twin.ts";

interface Options {
  server: string;
  identity: EnrolResponse;
  bootId: string;
  verify: Verifier;
  /** There from the first connection on. */
  link: () => MqttLink;
  onPlay: (broadcastId: string) => void;
  onPlaylist: (status: number) => void;
}

/** Beyond what a timer can hold; a fleet does not run for weeks. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** What a gateway does apart from the sound: it fetches, plays by the clock, and reports until it is acknowledged. */
export function takePartIn(options: Options) {
  const { identity, verify, link, onPlay, onPlaylist } = options;
  const { deviceId } = identity;
  const http = createServerLink({ server: options.server, token: identity.token });
  const journal = createMemoryJournal(options.bootId);
  const backoff = createBackoff({ baseMs: 2_000 });
  const refresh = createAlarm(() => void fetchPlaylist());
  const known = new Set<string>();
  const twin = createSimulatedTwin();
  const timers = new Set<NodeJS.Timeout>();
  let held: { revision: number; etag: string | null } | null = null;
  const reporter = createReporter({
    journal,
    now: Date.now,
    isOnline: () => link().online,
    send: (report) => link().publish(uplinkTopic(deviceId, "report"), report),
  });

  async function fetchPlaylist(): Promise<void> {
    try {
      const answer = await http.fetchPlaylist(held?.etag ?? null);
      onPlaylist(answer.kind === "new" ? 200 : 304);
      backoff.reset();
      if (answer.kind === "new") {
        const playlist = await verify("playlist", answer.jws);
        held = { revision: playlist.revision, etag: answer.etag };
        twin.follow(playlist);
        for (const entry of playlist.broadcasts) take(entry);
      }
      await link().takeUpGroups(twin.groups());
      tellState();
    } catch (error) {
      const { status = 0, retryAfterMs = null } = error instanceof ServerError ? error : {};
      onPlaylist(status);
      refresh.within(Math.max(retryAfterMs ?? 0, backoff.nextMs()));
    }
  }

  function tellState(): void {
    if (!link().online) return;
    // A state that is lost is told again with the next playlist.
    const state = twin.state(link().groups, known.size);
    link()
      .publish(uplinkTopic(deviceId, "state"), state)
      .catch(() => {});
  }

  function at(instant: number, run: () => void): void {
    const ms = instant - Date.now();
    if (ms <= MAX_TIMER_MS) timers.add(setTimeout(run, Math.max(0, ms)));
  }

  const air = createSimulatedAir({
    report(record) {
      if (record.type === "started" && record.broadcastId !== undefined) onPlay(record.broadcastId);
      reporter.report(record);
    },
    at,
    now: Date.now,
  });

  /** By either way, the playlist or a command; whichever comes first. */
  function take(entry: PlaylistBroadcast): void {
    const { id: broadcastId, startAt } = entry;
    if (known.has(broadcastId) || startAt < Date.now()) return;
    known.add(broadcastId);
    reporter.report({ type: "received", broadcastId });
    reporter.report({ type: "cached", broadcastId });
    air.play(entry);
  }

  return {
    command(command: Command): void {
      reporter.report({ type: "received", commandId: command.id });
      if (command.type === "volume") {
        twin.setVolume(command.body.volume, command.issuedAt);
        tellState();
      }
      if (command.type !== "play") return;
      const { broadcastId: id, ...entry } = command.body;
      take({ id, class: command.class, authority: command.authority, ...entry });
    },
    pointer({ revision, fetchBy }: PlaylistPointer, retained: boolean): void {
      if (held && revision <= held.revision) return;
      const windowMs = Math.max(fetchBy - Date.now(), retained ? RETURN_WINDOW_MS : 0);
      refresh.within(fetchSlotMs(deviceId, revision, windowMs));
    },
    ack: (ack: Ack) => reporter.onAck(ack),
    /** Connected, or connected again. */
    returned(): void {
      refresh.within(held ? fetchSlotMs(deviceId, held.revision, RETURN_WINDOW_MS) : 0);
      reporter.flush();
    },
    waiting: () => journal.unacknowledged().reduce((sum, { records }) => sum + records.length, 0),
    close(): void {
      for (const timer of timers) clearTimeout(timer);
      refresh.clear();
      reporter.close();
    },
  };
}
