import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "../../scripts/until.ts";
import { freePort } from "./free-port.ts";

export interface RunningNginx {
  url: string;
  close(): Promise<void>;
}

const sample = (name: string): string =>
  readFileSync(new URL(`../../docs/${name}.conf.sample`, import.meta.url), "utf8");

/** A real nginx with the sample configuration of the documentation, in front of a server on this port. */
export const startNginx = ({ port, mediaDir }: { port: number; mediaDir: string }): Promise<RunningNginx> =>
  run(() =>
    sample("nginx")
      .replace("server 127.0.0.1:3000;", `server 127.0.0.1:${port};`)
      .replaceAll("/srv/cuncunxiang/media", mediaDir),
  );

/** A real nginx as the documentation's sample of a cache, whose origin is a server on this port. */
export const startCache = (originPort: number): Promise<RunningNginx> =>
  run((dir) =>
    sample("nginx-cdn")
      .replace("proxy_pass http://127.0.0.1:3000;", `proxy_pass http://127.0.0.1:${originPort};`)
      .replace("/var/cache/cuncunxiang", join(dir, "cache")),
  );

/** A real nginx that gives what lies in a folder to everybody, as a public bucket does. */
export const startBucket = (folder: string): Promise<RunningNginx> =>
  run(() => `server { listen 80; root ${folder}; }`);

/** @param configure what stands inside `http`, listening on port 80; gets a folder for nginx's own files */
async function run(configure: (dir: string) => string): Promise<RunningNginx> {
  const dir = mkdtempSync(join(tmpdir(), "ccx-nginx-"));
  const own = await freePort();
  const servers = configure(dir).replace("listen 80;", `listen 127.0.0.1:${own};`);
  const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${join(dir, name)};`,
  );
  const config = [
    "daemon off;",
    // The test's folders belong to whoever runs it.
    ...(process.getuid?.() === 0 ? ["user root;"] : []),
    `pid ${join(dir, "nginx.pid")};`,
    `error_log ${join(dir, "error.log")};`,
    "events {}",
    `http { access_log off; ${paths.join(" ")}\n${servers} }`,
  ].join("\n");
  writeFileSync(join(dir, "nginx.conf"), config);
  // Debian keeps servers in sbin, which is not on everybody's path.
  const env = { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin` };
  const args = ["-e", join(dir, "error.log"), "-c", join(dir, "nginx.conf")];
  const nginx: ChildProcess = spawn("nginx", args, { env, stdio: "inherit" });
  const url = `http://127.0.0.1:${own}`;
  await until(
    () =>
      fetch(url, { redirect: "manual" }).then(
        () => true,
        () => false,
      ),
    { what: "nginx" },
  );
  return {
    url,
    async close() {
      const ended = once(nginx, "exit");
      nginx.kill("SIGTERM");
      await ended;
      rmSync(dir, { recursive: true });
    },
  };
}
