import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL("..", import.meta.url));
const NONE: string[] = [];
const CONSOLE = ["test/support/built-console.ts"];

/**
 * Five kinds of test, told apart by what they touch: `unit` is pure, `contract` holds two implementations to one
 * suite, `integration` runs the real parts together, `e2e` uses the console in a browser, `fault` kills and cuts.
 */
const project = (name: string, testTimeout: number, { fileParallelism = true, globalSetup = NONE } = {}) => ({
  root,
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout,
    hookTimeout: testTimeout,
    fileParallelism,
    globalSetup,
  },
});

export default defineConfig({
  root,
  test: {
    projects: [
      project("unit", 10_000),
      project("contract", 20_000),
      project("integration", 90_000, { globalSetup: CONSOLE }),
      project("e2e", 120_000, { fileParallelism: false, globalSetup: CONSOLE }),
      project("fault", 180_000),
    ],
    // Most files wait for a process or a clock more than they compute: two at once also where there are two processors.
    maxWorkers: Math.max(2, availableParallelism() - 1),
  },
});
