import { once } from "node:events";
import type { Server } from "node:net";
import { AppError, messageOf } from "../errors.ts";
import { ACCEPT_QUEUE } from "../http/accept-queue.ts";

/**
 * @param setting the variable that names the port
 * @returns the port it listens on, which the system chose when `port` is 0
 * @throws {AppError} `unavailable`, saying what may hold the port
 */
export async function listen(server: Server, host: string, port: number, setting: string): Promise<number> {
  server.listen({ port, host, backlog: ACCEPT_QUEUE });
  try {
    await once(server, "listening");
  } catch (cause) {
    throw new AppError(
      "unavailable",
      `The MQTT broker cannot listen on ${host}:${port}: ${messageOf(cause)}.`,
      {
        cause,
        hint:
          `Set ${setting} to a free port, or MQTT_URL to use the broker that is there; ` +
          "Debian's mosquitto package starts a service that holds 1883.",
      },
    );
  }
  const address = server.address();
  return typeof address === "object" && address ? address.port : port;
}
