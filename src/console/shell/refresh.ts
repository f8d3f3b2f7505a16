import { queries } from "./live-query.ts";

/** Asks again for what is on the screen, at once: after a stop nobody waits for the next round. */
export const refreshPage = (): void => void queries.invalidateQueries();
