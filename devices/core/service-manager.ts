import { spawn } from "node:child_process";
import { once } from "node:events";
import type { BaseLogger } from "pino";

/** The service manager that started this program, if it wants to hear of it (sd_notify(3)). */
export interface ServiceManager {
  ready(): Promise<void>;
  stopping(): Promise<void>;
  close(): void;
}

interface Options {
  env: Record<string, string | undefined>;
  log: BaseLogger;
}

/**
 * Tells systemd that the device is ready, and twice in each of its watchdog's spans that it lives: a process whose event
 * loop is blocked says nothing, and is started again. Node.js opens no datagram sockets of the Unix domain, so
 * `systemd-notify` says it; the unit therefore has `NotifyAccess=all`.
 */
export function createServiceManager({ env, log }: Options): ServiceManager {
  const isWanted = env["NOTIFY_SOCKET"] !== undefined;
  const watchdogMs = isWanted ? Number(env["WATCHDOG_USEC"] ?? 0) / 1_000 : 0;
  const timer = watchdogMs > 0 ? setInterval(() => void tell("WATCHDOG=1"), watchdogMs / 2) : undefined;

  async function tell(...words: string[]): Promise<void> {
    if (!isWanted) return;
    try {
      const child = spawn("systemd-notify", words, { stdio: "ignore" });
      const [code] = (await once(child, "exit")) as [number | null];
      if (code !== 0) throw new Error(`systemd-notify ended with ${code}`);
    } catch (error) {
      log.error({ err: error, words }, "systemd could not be told");
    }
  }

  return {
    ready: () => tell("READY=1"),
    stopping: () => tell("STOPPING=1"),
    close: () => clearInterval(timer),
  };
}
