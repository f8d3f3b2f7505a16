/**
 * Every benchmark: each figure beside the raw way of doing the same, measured in the same run.
 *
 *   npm run bench [-- name …]            a table
 *   npm run bench -- --json [name …]     one JSON object a line: {name, value, unit, baseline, ratio}
 */
import { parseArgs } from "node:util";
import { deviceMemory } from "./device-memory.ts";
import { fanOut } from "./fan-out.ts";
import { mediaPasses, mediaQueue } from "./media-passes.ts";
import { overlapCheck } from "./overlap-check.ts";
import { planner } from "./planner.ts";
import { playlistStorm } from "./playlist-storm.ts";
import { reconnectStorm } from "./reconnect-storm.ts";
import type { BenchRow } from "./report.ts";
import { reportIngestion } from "./report-ingestion.ts";
import { apiWhileTranscoding, mediaMemory } from "./server-under-load.ts";
import { startSkew } from "./start-skew.ts";
import { startWhileTranscoding } from "./start-while-transcoding.ts";
import { uploadToReady } from "./upload-to-ready.ts";

const BENCHES = {
  "upload-to-ready": uploadToReady,
  "media-passes": mediaPasses,
  "media-queue": mediaQueue,
  "media-memory": mediaMemory,
  "api-while-transcoding": apiWhileTranscoding,
  "start-while-transcoding": startWhileTranscoding,
  "start-skew": startSkew,
  "fan-out": fanOut,
  "device-memory": deviceMemory,
  "playlist-storm": playlistStorm,
  "reconnect-storm": reconnectStorm,
  "report-ingestion": reportIngestion,
  "overlap-check": overlapCheck,
  planner,
};

const { values, positionals } = parseArgs({ options: { json: { type: "boolean" } }, allowPositionals: true });
const unknown = positionals.filter((name) => !(name in BENCHES));
if (unknown.length > 0) {
  console.error(`There is no bench ${unknown.join(", ")}; there are ${Object.keys(BENCHES).join(", ")}.`);
  process.exit(2);
}

const rows: BenchRow[] = [];
for (const [name, bench] of Object.entries(BENCHES)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  await bench((row) => {
    rows.push({ command: `npm run bench -- ${name}`, ...row });
    if (!values.json) return;
    const { command: _, ...figures } = row;
    console.log(JSON.stringify(figures));
  });
}
if (!values.json) {
  const round = (value: number) => (value >= 100 ? value.toFixed(0) : value.toFixed(2));
  console.table(
    rows.map(({ name, value, unit, baseline, ratio, command }) => ({
      name,
      value: `${round(value)} ${unit}`,
      baseline: `${round(baseline)} ${unit}`,
      ratio: ratio.toFixed(3),
      command,
    })),
  );
}
