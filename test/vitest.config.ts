import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL("..", import.meta.url));
const NONE: string[] = [];
const CONSOLE = ["test/support/built-console.ts"];

/** They hold what they see against the clock, so nothing may run beside them. */
const TIMED = [
  "test/e2e/console-large-county.test.ts",
  "test/e2e/terminal.test.ts",
  "test/e2e/streamed-film.test.ts",
];

interface Options {
  include?: string[];
  exclude?: string[];
  globalSetup?: string[];
  /** After all others, a file at a time. */
  isAlone?: boolean;
}

/**
 * Five kinds of test, told apart by what they touch: `unit` is pure, `contract` holds two implementations to one
 * suite, `integration` runs the real parts together, `e2e` uses the console in a browser, `fault` kills and cuts.
 */
const project = (name: string, testTimeout: number, options: Options = {}) => ({
  root,
  test: {
    name,
    include: options.include ?? [`test/${name}/**/*.test.ts`],
    exclude: options.exclude ?? NONE,
    testTimeout,
    hookTimeout: testTimeout,
    fileParallelism: options.isAlone !== true,
    sequence: { groupOrder: options.isAlone ? 1 : 0 },
    globalSetup: options.globalSetup ?? NONE,
  },
});

export default defineConfig({
  root,
  test: {
    projects: [
      project("unit", 30_000),
      project("contract", 20_000),
      project("integration", 90_000, { globalSetup: CONSOLE }),
      project("e2e", 120_000, { exclude: TIMED, globalSetup: CONSOLE }),
      project("e2e alone", 120_000, { include: TIMED, globalSetup: CONSOLE, isAlone: true }),
      project("fault", 180_000),
    ],
    // Most files wait for a process or a clock more than they compute: two at once also where there are two processors.
    maxWorkers: Math.max(2, availableParallelism() - 1),
  },
});
