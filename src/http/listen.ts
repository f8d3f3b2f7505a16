import type { FastifyInstance } from "fastify";
import { AppError } from "../errors.ts";
import { ACCEPT_QUEUE } from "./accept-queue.ts";

const EXPLANATIONS: Record<string, string> = {
  EADDRINUSE: "is in use by another program",
  EACCES: "may not be opened by this user",
  EADDRNOTAVAIL: "is not an address of this machine",
  ENOTFOUND: "cannot be resolved",
};

/** Listens and returns the base URL. @throws {AppError} `unavailable` naming the setting to change */
export async function listen(
  app: FastifyInstance,
  { host, port }: { host: string; port: number },
): Promise<string> {
  try {
    return await app.listen({ host, port, backlog: ACCEPT_QUEUE });
  } catch (cause) {
    const explanation = EXPLANATIONS[(cause as NodeJS.ErrnoException).code ?? ""];
    if (explanation === undefined) throw cause;
    throw new AppError("unavailable", `The HTTP address ${host}:${port} ${explanation}.`, {
      cause,
      hint: "Set HOST and PORT to others, or end the program that has it.",
    });
  }
}
