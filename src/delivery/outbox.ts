import type { BaseLogger } from "pino";
import { type Clock, repeat, SECOND_MS } from "../clock.ts";
import { messageOf } from "../errors.ts";
import type { MessageOf, Signer } from "../protocol/signing.ts";
import type { OutboxMessage, OutboxRow, OutboxStore } from "./outbox-store.ts";

/** What the outbox needs of a broker: resolves when the broker took the message, rejects when it did not. */
export interface Publisher {
  readonly online: boolean;
  publish(topic: string, payload: string, options: { retain: boolean }): Promise<void>;
  onOnline(listener: () => void): void;
}

export interface Outbox {
  /** Call inside the transaction of the change that the message tells of; it is published after the commit. */
  enqueue(message: OutboxMessage): void;
  /** Messages that the broker has not taken yet. */
  waiting(): number;
  /** Of these, what devices act on at once. */
  urgentWaiting(): number;
  start(): void;
  /** Ends publishing; what is left is sent at the next start. */
  stop(): Promise<void>;
}

interface Dependencies {
  store: OutboxStore;
  publisher: Publisher;
  signer: Signer;
  clock: Clock;
  log: BaseLogger;
}

const BATCH = 200;

/**
 * The transactional outbox: at least once, the urgent first, each kind in order. A message leaves the table only when the broker acknowledged
 * it, so a crash between the two sends it twice, which receivers bear since commands and pointers are idempotent.
 */
export function createOutbox({ store, publisher, signer, clock, log }: Dependencies): Outbox {
  let draining: Promise<void> | null = null;
  let wokenMeanwhile = false;
  let running = false;
  let stopRetrying = () => {};
  const isRunning = () => running;

  async function bodyOf({ signAs, payload }: OutboxRow): Promise<string> {
    return signAs === null ? payload : signer.sign(signAs, JSON.parse(payload) as MessageOf<typeof signAs>);
  }

  /** Publishes one batch in order; returns whether everything in it was settled. */
  async function sendBatch(rows: OutboxRow[]): Promise<boolean> {
    const now = clock.now();
    const expired = rows.filter(({ notAfter }) => notAfter !== null && notAfter < now);
    for (const { topic } of expired) log.warn({ topic }, "message expired before the broker took it");
    const due = rows.filter((row) => !expired.includes(row));
    const bodies = await Promise.all(due.map(bodyOf));
    const results = await Promise.allSettled(
      due.map((row, index) =>
        publisher.publish(row.topic, bodies[index] ?? "", { retain: row.retain === 1 }),
      ),
    );
    const taken = due.filter((_, index) => results[index]?.status === "fulfilled");
    store.remove([...expired, ...taken].map((row) => row.id));
    const failure = results.find((result) => result.status === "rejected");
    if (failure)
      log.warn(
        { err: messageOf(failure.reason) },
        "the broker did not take a message; it will be sent again",
      );
    return !failure;
  }

  async function drain(): Promise<void> {
    while (isRunning() && publisher.online) {
      const rows = store.next(BATCH);
      if (rows.length === 0 || !(await sendBatch(rows))) return;
    }
  }

  function wake(): void {
    wokenMeanwhile = draining !== null;
    if (!running || !publisher.online || draining) return;
    draining = drain()
      .catch((error: unknown) => log.error({ err: error }, "publishing failed"))
      .finally(() => {
        draining = null;
        if (wokenMeanwhile) wake();
      });
  }

  publisher.onOnline(wake);

  return {
    enqueue(message) {
      store.insert(message, clock.now());
      // A transaction is synchronous, so a microtask runs after its commit.
      queueMicrotask(wake);
    },
    waiting: store.count,
    urgentWaiting: store.countUrgent,
    start() {
      running = true;
      stopRetrying = repeat(SECOND_MS, wake);
      wake();
    },
    async stop() {
      running = false;
      stopRetrying();
      await draining;
    },
  };
}
