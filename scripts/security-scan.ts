/**
 * Two scanners that know nothing of this server, wapiti and sqlmap, on one that was just started: every operation that
 * reads, signed in as an administrator, and those that a stranger may call. Exit status 0 only when there is no finding
 * beside those that are answered below.
 *
 *   npm run security:scan [-- --keep]      --keep leaves the temporary folder with the scanners' logs
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Operator, signIn } from "./operator-client.ts";
import { startServer } from "./processes.ts";

const COUNTY = "370783000000";
const VILLAGE = "370783112201";
const REGIONS = `code,level,parent,name,note
${COUNTY},county,370700000000,寿光市,
370783112000,town,${COUNTY},稻田镇,
${VILLAGE},village,370783112000,崔岭西村,
`;
/** wapiti's own limit, seconds; sqlmap gets as long for each of its lists. */
const MAX_S = 900;

/** Findings that are none, and why. */
const ANSWERED: Record<string, string> = {
  "X-XSS-Protection is not set": "it is set to 0, as today's browsers should have it; wapiti expects 1",
  "Strict-Transport-Security is not set":
    "not to be sent over plain HTTP (RFC 6797 §7.2); it is as soon as PUBLIC_URL is https",
};

/** Bodies of the operations that nobody needs to be signed in for. */
const ANONYMOUS: Record<string, Record<string, string>> = {
  "/api/v1/sign-in": { name: "admin", password: "wrong horse battery" },
  "/api/v1/sign-in/oidc": { answer: "?code=x&state=y" },
  "/api/v1/invitations/look": { token: "x" },
  "/api/v1/invitations/accept": { token: "x", password: "seven villages ring at dawn" },
  "/api/v1/check-ins/look": { token: "x" },
  "/api/v1/check-ins": { token: "x", name: "visitor", branch: "branch" },
  "/api/v1/check-ins/feedback": { token: "x", key: "0".repeat(32), wish: "more" },
  "/device/v1/enroll": {
    code: "AAAA-BBBB-CCCC",
    hardwareId: "box-1",
    kind: "loudspeaker",
    model: "m",
    software: "1",
  },
};

interface Parameter {
  in: string;
  name: string;
  schema: { type?: string; enum?: (string | number | boolean)[]; examples?: string[] };
}
interface Document {
  paths: Record<
    string,
    Record<string, { parameters?: Parameter[]; security?: object[]; requestBody?: object }>
  >;
}
interface Wapiti {
  vulnerabilities: Record<string, { path: string; info: string }[]>;
  anomalies: Record<string, { path: string; info: string }[]>;
}

const folder = mkdtempSync(join(tmpdir(), "cuncunxiang-scan-"));

function run(command: string, args: string[], log: string): void {
  const output = openSync(join(folder, log), "w");
  const { error } = spawnSync(command, args, {
    stdio: ["ignore", output, output],
    timeout: (MAX_S + 60) * 1000,
  });
  if (error) throw error;
}

/** One thing of each kind, so that what is scanned answers with more than "not found". */
async function furnish(operator: Operator): Promise<Record<string, string>> {
  await operator.postText("/regions/import", "text/csv", REGIONS);
  const { items } = await operator.get<{ items: { id: string; kind: string }[] }>("/programmes");
  const programme = items.find(({ kind }) => kind === "broadcast")?.id ?? "";
  const device = await operator.post<{ id: string }>("/devices", {
    regionCode: VILLAGE,
    kind: "loudspeaker",
  });
  const episode = await operator.post<{ id: string }>("/episodes", {
    programmeId: programme,
    number: 1,
    title: "春耕",
    segments: [{ name: "党建聚焦", title: "要闻" }],
  });
  return { programmes: programme, devices: device.id, episodes: episode.id, regions: COUNTY };
}

/** The address of every operation that reads, with a value for each parameter but cursors. */
function addresses({ paths }: Document, ids: Record<string, string>): string[] {
  const valueOf = ({ name, schema }: Parameter): string => {
    if (schema.examples?.[0] !== undefined) return schema.examples[0];
    if (schema.enum?.[0] !== undefined) return String(schema.enum[0]);
    if (schema.type === "integer") return "20";
    if (/region|parent|area/i.test(name)) return COUNTY;
    return name === "at" ? "2026-12-01T07:00" : (ids["devices"] ?? "");
  };
  return Object.entries(paths).flatMap(([path, { get }]) => {
    // Events are an answer without an end.
    if (!get || path.endsWith("/events")) return [];
    const query = new URLSearchParams();
    let address = path;
    for (const parameter of get.parameters ?? []) {
      const { in: place, name } = parameter;
      const collection = path.split(`/{${name}}`)[0]?.split("/").at(-1) ?? "";
      if (place === "path") address = address.replace(`{${name}}`, ids[collection] ?? ids["devices"] ?? "");
      else if (place === "query" && name !== "cursor") query.append(name, valueOf(parameter));
    }
    return [query.size > 0 ? `${address}?${query.toString()}` : address];
  });
}

/** @throws {Error} for an operation that strangers may send something to and nobody scans */
function requireAllAnonymous({ paths }: Document): void {
  const open = Object.entries(paths).flatMap(([path, operations]) =>
    Object.values(operations).some(({ security, requestBody }) => requestBody && security?.length === 0)
      ? [path]
      : [],
  );
  const missing = open.filter((path) => !(path in ANONYMOUS));
  if (missing.length > 0)
    throw new Error(`Nothing is sent to ${missing.join(", ")}: add a body to ANONYMOUS.`);
}

function wapiti(url: string, cookie: string, paths: string[]): string[] {
  const report = join(folder, "wapiti.json");
  const starts = paths.flatMap((path) => ["-s", url + path]);
  const modules =
    "backup,blindsql,cookieflags,crlf,csp,csrf,exec,file,htaccess,http_headers,methods,nikto,permanentxss,redirect,shellshock,sql,ssrf,xss,xxe";
  const args = ["-u", `${url}/`, ...starts, "--scope", "domain", "-m", modules, "-H", `Cookie: ${cookie}`];
  const limits = [
    "--max-scan-time",
    `${MAX_S}`,
    "--flush-session",
    "--store-session",
    join(folder, "wapiti"),
  ];
  run("wapiti", [...args, ...limits, "-f", "json", "-o", report], "wapiti.log");
  const { vulnerabilities, anomalies } = JSON.parse(readFileSync(report, "utf8")) as Wapiti;
  return [...Object.entries(vulnerabilities), ...Object.entries(anomalies)].flatMap(([kind, found]) =>
    found.map(({ path, info }) => `wapiti, ${kind}: ${info} (${path})`),
  );
}

/**
 * How many parameters sqlmap has tried, and those that it could inject something into. What only appears so to it at first, as where a
 * lockout answers the second of two tries otherwise, it tries again; what stands is listed at its end.
 */
function sqlmap(args: string[], log: string): { tried: number; found: string[] } {
  const common = ["--batch", "--threads", "4", "--technique=BEU", "--flush-session", "--disable-coloring"];
  run("sqlmap", [...args, ...common, "--output-dir", join(folder, "sqlmap")], log);
  const text = readFileSync(join(folder, log), "utf8");
  const found = [...text.matchAll(/^Parameter: .+$/gm)];
  return {
    tried: text.match(/does not seem to be injectable/g)?.length ?? 0,
    found: found.map(([line]) => `sqlmap: ${line}`),
  };
}

async function main(): Promise<boolean> {
  const server = await startServer(folder, {
    SECOND_FACTOR: "optional",
    RATE_LIMIT_PER_MINUTE: "1000000",
    SIGN_INS_PER_MINUTE: "100000",
    ENROLMENTS_PER_MINUTE: "100000",
  });
  try {
    const operator = await signIn(server.url, "admin", await server.password);
    const cookie = operator.credentials["cookie"] ?? "";
    const ids = await furnish(operator);
    const answer = await fetch(`${server.url}/api/docs/json`);
    const document = (await answer.json()) as Document;
    requireAllAnonymous(document);
    const paths = addresses(document, ids);

    console.log(`wapiti on ${paths.length} addresses …`);
    const findings = wapiti(server.url, cookie, paths);

    console.log("sqlmap on every parameter of them, and on what strangers may send …");
    const values = Object.values(ids).join("|");
    const marked = paths.map((path) => path.replaceAll(new RegExp(`/(?:${values})(?=/|$)`, "g"), "$&*"));
    const list = join(folder, "addresses.txt");
    writeFileSync(list, marked.map((path) => server.url + path).join("\n"));
    const scans = [sqlmap(["-m", list, "--cookie", cookie, "--ignore-code", "404"], "sqlmap.log")];
    for (const [path, body] of Object.entries(ANONYMOUS))
      scans.push(
        sqlmap(
          ["-u", server.url + path, "--data", JSON.stringify(body), "--ignore-code", "401,404,422,429"],
          `sqlmap-${path.split("/").at(-1)}.log`,
        ),
      );
    const tried = scans.reduce((sum, each) => sum + each.tried, 0);
    findings.push(...scans.flatMap(({ found }) => found));

    const errors = readFileSync(join(folder, "server.log"), "utf8").match(
      /"level":(?:50|60|"error"|"fatal")/g,
    );
    if (errors) findings.push(`the server logged ${errors.length} errors`);
    // A scanner that found no door has found nothing behind it.
    if (tried < 60) findings.push(`sqlmap has tried ${tried} parameters only`);
    const open = findings.filter(
      (finding) => !Object.keys(ANSWERED).some((known) => finding.includes(known)),
    );
    for (const finding of findings) {
      const [, why] = Object.entries(ANSWERED).find(([known]) => finding.includes(known)) ?? [];
      console.log(why === undefined ? `OPEN      ${finding}` : `answered  ${finding}: ${why}`);
    }
    console.log(`${tried} parameters tried for SQL injection; ${open.length} findings are open.`);
    return open.length === 0;
  } finally {
    await server.end();
    if (process.argv.includes("--keep")) console.log(`logs: ${folder}`);
    else rmSync(folder, { recursive: true });
  }
}

process.exitCode = (await main()) ? 0 : 1;
