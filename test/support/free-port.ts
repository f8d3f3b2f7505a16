import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** Connections take theirs from 32,768 on, also while the program that is to have it restarts. */
const [FIRST, BEHIND_LAST] = [20_000, 32_768];

/** A port of the loopback that was free a moment ago, for a program that has to be told one. */
export async function freePort(): Promise<number> {
  const port = randomInt(FIRST, BEHIND_LAST);
  const server = createServer();
  const isFree = await new Promise<boolean>((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => resolve(true));
  });
  if (!isFree) return freePort();
  await new Promise<void>((resolve) => void server.close(() => resolve()));
  return port;
}
