import { createServer } from "node:net";
import { listening } from "./listening.ts";

/** A port of the loopback that was free a moment ago, for a program that has to be told one. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listening(server);
  await new Promise<void>((resolve) => void server.close(() => resolve()));
  return port;
}
