import type { Server } from "node:http";
import type { Socket } from "node:net";
import type { BaseLogger } from "pino";
import { addressBlock, addressList } from "./address-block.ts";

export interface ConnectionLimitOptions {
  max: number;
  /** Addresses and networks through which everybody comes. */
  trustedProxies: readonly string[];
  log: Pick<BaseLogger, "warn">;
}

/**
 * Closes what comes on top of the limit at once, before descriptors and memory run out for the broker and the database; and half of
 * it is the most that one address holds, so that a single one keeps nobody else from the stop.
 */
export function limitConnections(server: Server, { max, trustedProxies, log }: ConnectionLimitOptions): void {
  const isProxy = addressList(trustedProxies);
  const perAddress = Math.ceil(max / 2);
  const open = new Map<string, number>();
  const warn = (from: string) =>
    log.warn({ from, max, perAddress }, "a connection is refused: there are too many");
  server.maxConnections = max;
  server.on("drop", (connection) => warn(connection?.remoteAddress ?? ""));

  server.on("connection", (socket: Socket) => {
    const { remoteAddress } = socket;
    if (remoteAddress === undefined || isProxy(remoteAddress)) return;
    const from = addressBlock(remoteAddress);
    const count = (open.get(from) ?? 0) + 1;
    if (count > perAddress) {
      warn(from);
      socket.destroy();
      return;
    }
    open.set(from, count);
    socket.once("close", () => {
      const left = (open.get(from) ?? 1) - 1;
      if (left === 0) open.delete(from);
      else open.set(from, left);
    });
  });
}
