import type { BaseLogger } from "pino";
import { Compile } from "typebox/compile";
import { after } from "../clock.ts";
import { messageOf } from "../errors.ts";
import { type Ack, DeviceState, Presence, type Report } from "../protocol/messages.ts";
import { type Misfit, readReport } from "../protocol/read-report.ts";
import { ackTopic, parseTopic, UPLINK_FILTERS } from "../protocol/topics.ts";

interface Incoming {
  deviceId: string;
  report: Report;
  misfits: Misfit[];
}

export interface UplinkHandlers {
  isEnrolled(deviceId: string): boolean;
  presence(deviceId: string, presence: Presence): void;
  state(deviceId: string, state: DeviceState): void;
  /** Stores the reports; what it returns may be acknowledged. */
  reports(reports: Incoming[]): { deviceId: string; ack: Ack }[];
  quarantine(deviceId: string, payload: string, problem: string): void;
}

interface Link {
  publish(topic: string, payload: string, options?: { retain?: boolean }): Promise<void>;
  subscribe(
    filters: readonly string[],
    handler: (topic: string, payload: Buffer, packet: { retain: boolean }) => void,
  ): Promise<void>;
}

const validators = { presence: Compile(Presence), state: Compile(DeviceState) };

/** Reports that arrive within this are stored in one transaction: a county answers a command all at once. */
const GATHER_MS = 20;
const MAX_QUARANTINED_CHARS = 64 * 1024;

export interface Uplink {
  start(): Promise<void>;
  /** Stores what has been gathered. */
  flush(): void;
}

/** Takes in what devices say over MQTT. The topic names the device: the broker let nobody else publish there. */
export function createUplink({
  link,
  handlers,
  log,
}: {
  link: Link;
  handlers: UplinkHandlers;
  log: BaseLogger;
}): Uplink {
  let gathered: Incoming[] = [];
  let cancelFlush: (() => void) | null = null;

  function flush(): void {
    cancelFlush?.();
    cancelFlush = null;
    const batch = gathered;
    gathered = [];
    if (batch.length === 0) return;
    // Without an acknowledgement devices send again, so a failure here loses nothing.
    for (const { deviceId, ack } of handlers.reports(batch)) {
      link.publish(ackTopic(deviceId), JSON.stringify(ack)).catch((error: unknown) => {
        log.debug(
          { deviceId, err: messageOf(error) },
          "acknowledgement not sent; the device will report again",
        );
      });
    }
  }

  function gather(incoming: Incoming): void {
    gathered.push(incoming);
    cancelFlush ??= after(GATHER_MS, () => {
      try {
        flush();
      } catch (error) {
        log.error({ err: error }, "reports could not be stored; their devices will send them again");
      }
    });
  }

  function handle(topic: string, payload: Buffer, { retain }: { retain: boolean }): void {
    const parsed = parseTopic(topic);
    if (!parsed || parsed.scope.kind !== "device") return;
    // A broker that cannot forbid retaining would show an old state or report as news at every start.
    if (retain && parsed.leaf !== "presence") return;
    const deviceId = parsed.scope.id;
    if (!handlers.isEnrolled(deviceId)) {
      log.warn({ deviceId, topic }, "message from a device that is not enrolled");
      return;
    }
    // A will that a broker clears arrives as an empty retained message.
    if (payload.length === 0) return;
    const text = payload.toString("utf8");
    const message = parseJson(text);
    switch (parsed.leaf) {
      case "presence":
        if (validators.presence.Check(message)) handlers.presence(deviceId, message);
        else log.warn({ deviceId, topic }, "presence that fits no schema");
        break;
      case "state":
        if (validators.state.Check(message)) handlers.state(deviceId, message);
        else log.warn({ deviceId, topic }, "state that fits no schema");
        break;
      case "report": {
        const read = readReport(message);
        if ("problem" in read)
          handlers.quarantine(deviceId, text.slice(0, MAX_QUARANTINED_CHARS), read.problem);
        else gather({ deviceId, ...read });
        break;
      }
    }
  }

  return { start: () => link.subscribe(UPLINK_FILTERS, handle), flush };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
