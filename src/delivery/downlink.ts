import { v7 as uuidv7 } from "uuid";
import { type Clock, MINUTE_MS, SECOND_MS } from "../clock.ts";
import type { Transact } from "../db/open.ts";
import type {
  Alert,
  Audience,
  BroadcastClass,
  Command,
  CommandOf,
  CommandType,
  PlaylistPointer,
} from "../protocol/messages.ts";
import { authorityOf } from "../protocol/region-code.ts";
import type { Signer } from "../protocol/signing.ts";
import { alertTopic, playlistTopic, type Scope } from "../protocol/topics.ts";
import { copiesOf, withoutDevices } from "./command-copies.ts";
import type { CommandRow, DownlinkStore, ScopeRevision } from "./downlink-store.ts";
import type { Outbox, Publisher } from "./outbox.ts";

export interface NewCommand<T extends CommandType> {
  type: T;
  body: CommandOf<T>["body"];
  audience: Audience;
  /** The areas on whose authority it speaks, where it is addressed to parts of them. */
  authorityOver?: readonly string[];
  class: BroadcastClass;
  /** Epoch ms after which devices refuse it and the outbox drops it. */
  notAfter: number;
  broadcastId?: string;
  /** Publish again until each of these devices acknowledged it, or it expired: for ten minutes to all, and to each that comes back. */
  untilAckedBy?: string[];
}

/** A command that is not sent yet. */
export interface PreparedCommand {
  command: Command;
  untilAckedBy: string[];
}

/** Everything the server says to devices over MQTT. Call inside the transaction of the change behind it. */
export interface Downlink {
  /**
   * Tells everything in the areas that its playlist changed: one retained pointer an area.
   * @param nextStartAt the earliest start the change concerns, which sets how soon to fetch; `null` for no hurry
   */
  playlistChanged(areas: readonly string[], nextStartAt: number | null): void;
  /** Tells single devices: a few at once, many of them within so long that they do not all ask at the same time. */
  devicePlaylistsChanged(deviceIds: readonly string[]): void;
  /** One publish for each scope of the audience; returns the command's id. */
  send<T extends CommandType>(command: NewCommand<T>): string;
  /** The standing state of each of the areas, until its end. Idempotent. */
  setAlert(areas: readonly string[], alert: Alert): void;
  clearAlert(areas: readonly string[]): void;
  /** A command to be published before it is written down. */
  prepare<T extends CommandType>(command: NewCommand<T>): Command;
  /** Past the outbox, without the database. @throws {AppError} when the broker did not take it */
  publishNow(command: Command): Promise<void>;
  clearAlertNow(areas: readonly string[]): Promise<void>;
  /** Writes down what was published so, to be repeated until acknowledged; publishes it unless it is. */
  record(prepared: PreparedCommand, options: { isPublished: boolean }): void;
  /** A device says that it has the command. */
  acknowledge(commandId: string, deviceId: string): void;
  progressOf(commandId: string): { settled: boolean; targets: number; acked: number } | null;
  /** What was commanded about a broadcast, oldest first. */
  commandsOf(broadcastId: string): CommandRow[];
  /** Another number after each change of a revision. */
  changeCount(): number;
  /** The newest change that concerns any of the scopes. */
  newestRevision(scopes: Scope[]): Pick<ScopeRevision, "revision" | "changedAt" | "fetchBy">;
  /** Puts every retained pointer on the broker again, for one that keeps nothing over a restart. */
  republishPointers(): void;
  /** Sends again what is to be repeated, is not older than ten minutes and has not been acknowledged by all. */
  repeatUnacknowledged(): void;
  /** A device has come back, or says how it is: what it has not acknowledged is sent again, to it alone. */
  sendOwed(deviceId: string): void;
}

interface Dependencies {
  store: DownlinkStore;
  outbox: Outbox;
  publisher: Pick<Publisher, "publish">;
  signer: Signer;
  transact: Transact;
  clock: Clock;
}

/** Whoever is there answers at once; this is for lines that lose messages. Whoever is away gets it at the return. */
const REPEAT_MS = 10 * MINUTE_MS;
const scopeKey = ({ kind, id }: Scope): string => `${kind}/${id}`;
const MAX_FETCH_WINDOW_MS = 5 * MINUTE_MS;
/** What the fetch of one of many devices is given of the window. */
const SINGLE_FETCH_MS = 20;
/** An eighth of what remains before air leaves ample time for the media after the playlist. */
const FETCH_WINDOW_SHARE = 1 / 8;

export function createDownlink({
  store,
  outbox,
  publisher,
  signer,
  transact,
  clock,
}: Dependencies): Downlink {
  function publishPointer(scope: Scope, { revision, fetchBy }: PlaylistPointer): void {
    outbox.enqueue({
      topic: playlistTopic(scope),
      payload: JSON.stringify({ revision, fetchBy } satisfies PlaylistPointer),
      signAs: null,
      retain: true,
      urgent: false,
      notAfter: null,
    });
  }

  function publishCommand(command: Command): void {
    for (const { topic, copy } of copiesOf(command)) {
      outbox.enqueue({
        topic,
        payload: JSON.stringify(copy),
        signAs: "command",
        retain: false,
        urgent: true,
        notAfter: command.notAfter,
      });
    }
  }

  const prepare = <T extends CommandType>({
    type,
    body,
    audience,
    authorityOver,
    class: broadcastClass,
    notAfter,
  }: NewCommand<T>): Command =>
    ({
      id: uuidv7(),
      type,
      issuedAt: clock.now(),
      notAfter,
      audience,
      class: broadcastClass,
      authority: authorityOf(authorityOver ?? audience.areas ?? []),
      body,
    }) as Command;

  let changes = 0;

  function raiseRevision(scopes: Scope[], now: number, fetchBy: number): void {
    changes += 1;
    const revision = store.raiseRevision(scopes.map(scopeKey), now, fetchBy);
    for (const scope of scopes) publishPointer(scope, { revision, fetchBy });
  }

  return {
    playlistChanged(areas, nextStartAt) {
      if (areas.length === 0) return;
      const now = clock.now();
      const window = nextStartAt === null ? MAX_FETCH_WINDOW_MS : (nextStartAt - now) * FETCH_WINDOW_SHARE;
      const fetchBy = now + Math.round(Math.min(Math.max(window, SECOND_MS), MAX_FETCH_WINDOW_MS));
      raiseRevision(
        areas.map((id): Scope => ({ kind: "area", id })),
        now,
        fetchBy,
      );
    },

    devicePlaylistsChanged(ids) {
      if (ids.length === 0) return;
      const now = clock.now();
      const window = Math.min(Math.max(ids.length * SINGLE_FETCH_MS, SECOND_MS), MAX_FETCH_WINDOW_MS);
      raiseRevision(
        ids.map((id): Scope => ({ kind: "device", id })),
        now,
        now + window,
      );
    },

    send(newCommand) {
      const command = prepare(newCommand);
      store.insertCommand(command, newCommand.broadcastId ?? null, newCommand.untilAckedBy ?? null);
      publishCommand(command);
      return command.id;
    },

    commandsOf: store.ofBroadcast,
    prepare,

    async publishNow(command) {
      const sends = copiesOf(command).map(async ({ topic, copy }) =>
        publisher.publish(topic, await signer.sign("command", copy), { retain: false }),
      );
      await Promise.all(sends);
    },

    async clearAlertNow(areas) {
      await Promise.all(areas.map((area) => publisher.publish(alertTopic(area), "", { retain: true })));
    },

    record({ command, untilAckedBy }, { isPublished }) {
      store.insertCommand(command, null, untilAckedBy);
      if (!isPublished) publishCommand(command);
    },

    setAlert(areas, alert) {
      const payload = JSON.stringify(alert);
      for (const area of areas)
        outbox.enqueue({
          topic: alertTopic(area),
          payload,
          signAs: "alert",
          retain: true,
          urgent: true,
          notAfter: alert.until,
        });
    },

    clearAlert(areas) {
      for (const area of areas)
        outbox.enqueue({
          topic: alertTopic(area),
          payload: "",
          signAs: null,
          retain: true,
          urgent: true,
          notAfter: null,
        });
    },

    acknowledge: (commandId, deviceId) => store.acknowledge(commandId, deviceId, clock.now()),

    progressOf(commandId) {
      const progress = store.commandProgress(commandId);
      if (!progress) return null;
      const { settledAt, targets, acked } = progress;
      return { settled: settledAt !== null, targets, acked };
    },

    changeCount: () => changes,

    newestRevision(scopes) {
      return store.newestOf(scopes.map(scopeKey)) ?? { revision: 0, changedAt: 0, fetchBy: 0 };
    },

    republishPointers() {
      transact(() => {
        for (const { scope, revision, fetchBy } of store.allRevisions()) {
          const [kind, id] = scope.split("/") as [Scope["kind"], string];
          publishPointer({ kind, id }, { revision, fetchBy });
        }
      });
    },

    repeatUnacknowledged() {
      // While the first copy still waits for the broker, another would only wait behind it.
      if (outbox.urgentWaiting() > 0) return;
      const now = clock.now();
      transact(() => {
        for (const command of store.unsettled()) {
          if (command.notAfter < now || store.unackedCount(command.id) === 0) store.settle(command.id, now);
          else if (now <= command.issuedAt + REPEAT_MS)
            publishCommand(withoutDevices(command, store.ackedBy(command.id)));
        }
      });
    },

    sendOwed(deviceId) {
      for (const command of store.owed(deviceId, clock.now()))
        publishCommand({ ...command, audience: { devices: [deviceId] } });
    },
  };
}
