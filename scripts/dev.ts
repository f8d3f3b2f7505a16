/**
 * The server, started anew when its files change, and before it the console as it is being worked on: every change of
 * it shows at once. Open the address that is printed last.
 *
 *   npm run dev
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { createServer } from "vite";
import { SIGNED_IN_PATH } from "../src/people/oidc-settings.ts";
import { consoleVite } from "./console-vite.ts";

const CONSOLE_PORT = 5173;
const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const target = `http://127.0.0.1:${process.env["PORT"] ?? 3000}`;

const server = spawn(process.execPath, ["--watch", main], { stdio: "inherit" });
const vite = await createServer({
  ...consoleVite,
  server: {
    port: CONSOLE_PORT,
    strictPort: true,
    proxy: Object.fromEntries(["/api", "/media", "/calendar.ics"].map((path) => [path, { target }])),
  },
  plugins: [
    ...(consoleVite.plugins ?? []),
    {
      name: "signed-in",
      configureServer({ middlewares }) {
        middlewares.use((request, _response, next) => {
          if (request.url?.startsWith(SIGNED_IN_PATH)) request.url = "/index.html";
          next();
        });
      },
    },
  ],
});
await vite.listen();
vite.printUrls();
console.log(`The console under work: http://localhost:${CONSOLE_PORT}`);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => server.kill(signal));
const [code] = (await once(server, "exit")) as [number | null];
await vite.close();
process.exitCode = code ?? 0;
