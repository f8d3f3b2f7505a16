import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * Four kinds of test, told apart by what they touch: `unit` is pure, `contract` holds two implementations to one
 * suite, `integration` runs the real parts together, `fault` kills and cuts them.
 */
const project = (name: string, testTimeout: number, fileParallelism = true) => ({
  root,
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout,
    hookTimeout: testTimeout,
    fileParallelism,
  },
});

export default defineConfig({
  root,
  test: {
    projects: [
      project("unit", 10_000),
      project("contract", 20_000),
      project("integration", 90_000),
      project("fault", 180_000, false),
    ],
  },
});
