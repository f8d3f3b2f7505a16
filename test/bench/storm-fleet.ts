import { once } from "node:events";
import { createFleet } from "../../devices/simulator/fleet.ts";
import { delay } from "../../src/clock.ts";
import { RETURN_WINDOW_MS } from "../../src/protocol/fetch-slot.ts";
import { createStormTally } from "../support/storm-tally.ts";
import type { StormJob } from "./reconnect-storm.ts";

/** A fleet that tells the parent when it is there, and when all of it is back after the server's end and has nothing more to ask. */
const [job] = (await once(process, "message")) as [StormJob];
const { begin, onOnline, onPlaylist } = createStormTally(job.codes.length);
const arrived = begin();
await createFleet({ ...job, onOnline, onPlaylist });
await arrived;
const back = begin();
process.send?.("ready");
const count = await back;
const { lastAt } = count;
// Whoever asks twice does so within a slot of the last.
await delay(RETURN_WINDOW_MS);
process.send?.({ ...count, lastAt });
