/**
 * Builds the web console into src/console/dist, and the page of the video terminal beside it, with each file also compressed,
 * so that the server need not.
 *
 *   node scripts/console-build.ts [--if-needed]      --if-needed only when it is missing or older than its sources
 */
import { globSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "vite";
import { BUILT_CONSOLE, CONSOLE, consoleVite } from "./console-vite.ts";
import { terminalVite } from "./terminal-vite.ts";

const root = join(CONSOLE, "../..");
/** Where it is built, so that a build that was cut off counts as none and nobody is served half of one. */
const UNFINISHED = `${BUILT_CONSOLE}.${process.pid}`;

function isCurrent(): boolean {
  const builtAt = statSync(join(BUILT_CONSOLE, "index.html"), { throwIfNoEntry: false })?.mtimeMs;
  if (builtAt === undefined) return false;
  // Without the folder itself, which changes when what was built is put into it.
  const sources = globSync("**/*", { cwd: CONSOLE, exclude: ["dist{,.*}{,/**}"] });
  const parts = [
    "package-lock.json",
    ...globSync(["scripts/{console,terminal}-*.ts", "devices/{core,terminal}/**", "src/protocol/**"], {
      cwd: root,
    }),
  ];
  const files = [...sources.map((name) => join(CONSOLE, name)), ...parts.map((name) => join(root, name))];
  return files.every((file) => statSync(file).mtimeMs <= builtAt);
}

function compress(): void {
  for (const name of globSync("**/*.{js,css,html,svg}", { cwd: UNFINISHED })) {
    const file = join(UNFINISHED, name);
    const text = readFileSync(file);
    writeFileSync(`${file}.gz`, gzipSync(text, { level: 9 }));
    writeFileSync(`${file}.br`, brotliCompressSync(text));
  }
}

async function buildAnew(): Promise<void> {
  console.error("Building the console …");
  // Whatever this runs in, as a test: what is served is what users get.
  process.env["NODE_ENV"] = "production";
  await build({ ...consoleVite, build: { ...consoleVite.build, outDir: UNFINISHED } });
  await build({ ...terminalVite, build: { ...terminalVite.build, outDir: join(UNFINISHED, "terminal") } });
  compress();
  rmSync(BUILT_CONSOLE, { recursive: true, force: true });
  renameSync(UNFINISHED, BUILT_CONSOLE);
}

if (!process.argv.includes("--if-needed") || !isCurrent()) await buildAnew();
