import { existsSync } from "node:fs";
import { isIP } from "node:net";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { DAY_MS, HOUR_MS, SECOND_MS } from "./clock.ts";
import { type OidcSettings, readOidcSettings } from "./people/oidc-settings.ts";
import type { SignInLimits } from "./people/sign-in.ts";
import { SIGNATURE_ALGORITHMS, type SignatureAlgorithm } from "./protocol/key-set.ts";

export interface Config {
  host: string;
  port: number;
  /** What devices and browsers reach this server by; `null` derives it from each request. */
  publicUrl: string | null;
  dataDir: string;
  /** What opens the secrets in the database; not in its backups. */
  secretsKeyFile: string;
  mediaDir: string;
  /** Where an nginx in front serves the library internally; `null` sends files from here. */
  mediaAccelPrefix: string | null;
  /** A CDN or bucket that devices fetch media from; `null` is this server. */
  mediaBaseUrl: string | null;
  mediaBaseLayout: "origin" | "bucket";
  /** What is made of every recording. */
  profilesDir: string;
  /** What the line to the devices is like: which of the profiles they play. */
  deviceLink: "normal" | "slow";
  /** An external broker, or the nodes of a cluster; none starts the embedded one. */
  mqttUrls: string[];
  /** How the server proves itself to an external broker, and by whose signature it knows it. */
  mqttClientTls: TlsFiles;
  mqttHost: string;
  mqttPort: number;
  mqttMaxConnections: number;
  /** The embedded broker's listener for mqtts; `null` for none. */
  mqttTls: {
    host: string;
    port: number;
    cert: string;
    key: string;
    clientCa: string | null;
    clients: ClientCertificates;
  } | null;
  /** The brokers' addresses as devices see them; none derives it from the enrolment request's host. */
  mqttPublicUrls: string[];
  /** What an external broker proves itself with when it asks who may connect; `null` answers none. */
  mqttAuthSecret: string | null;
  /** Addresses and networks that may ask. */
  mqttAuthAllow: string[];
  /** Who keeps the accounts of an external Mosquitto: files, or its dynamic-security plugin, told by the server. */
  mqttAccounts: "elsewhere" | "dynamic-security";
  /** What playlists and commands are signed with. */
  signatureAlgorithm: SignatureAlgorithm;
  logLevel: string;
  zone: string;
  ffmpegPath: string;
  ffprobePath: string;
  transcodeConcurrency: number;
  /** 0 … 19; the higher, the more ffmpeg waits for everybody else. */
  transcodeNiceness: number;
  espeakPath: string;
  /** An operator's own speech engine; `null` is the offline voice. */
  ttsUrl: string | null;
  ttsToken: string | null;
  maxUploadBytes: number;
  /** What uploads leave free on the disk. */
  diskReserveBytes: number;
  /** A resumable upload that got nothing for so long is removed. */
  uploadExpiryMs: number;
  /** What the library may hold at most; 0 sets no limit. */
  mediaQuotaBytes: number;
  /** How long after its end a broadcast keeps what it played. */
  mediaKeepMs: number;
  /** How long what was taken out of the library can be put back. */
  mediaTrashMs: number;
  /** Free part of the media folder's file system below which a warning is given. */
  diskWarnPercent: number;
  /** Free part below which new uploads are refused. */
  diskRefusePercent: number;
  scrubBytesPerSecond: number;
  /** Where backups go; another disk than `dataDir` is better. */
  backupDir: string;
  /** Local time of the county; `null` makes none by itself. */
  backupAt: string | null;
  backupKeep: { daily: number; weekly: number; monthly: number };
  /** Days without a good backup after which it is said. */
  backupWarnMs: number;
  /** How long audit entries are kept. */
  auditKeepMs: number;
  /** How long after a lecture the names of who was there, and what was wished for, are kept. */
  attendanceKeepMs: number;
  /** What more than this part of a county's villages would hear counts as heard by the county. */
  countyWidePercent: number;
  freezeMs: number;
  planDays: number;
  /** Open connections at a time, by HTTP and WebSocket; one address has half of them at most. */
  httpMaxConnections: number;
  /** In what time a request's body has to be whole; of uploads, see `http/slow-bodies.ts`. */
  httpBodyWithinMs: number;
  /** Requests a minute of one account, script or device, and of all strangers from one address. */
  rateLimitPerMinute: number;
  /** Playlists made and signed at a time; who comes on top is asked to come again. */
  playlistsAtOnce: number;
  enrolmentsPerMinute: number;
  /** Requests a minute of one address to the check-in page of one site. */
  checkInsPerMinute: number;
  /** Whether people may sign in with a password of this server's; without it all of them do by `oidc`. */
  passwordSignIn: boolean;
  /** Signing in at a provider of the office's own; `null` for none. */
  oidc: OidcSettings | null;
  signInLimits: SignInLimits;
  /** Passwords and codes that are looked at, a minute and address. */
  signInsPerMinute: number;
  /** What the hash of a password takes of memory. */
  passwordMemoryKib: number;
  /** Whether who can interrupt what is heard signs in with a second factor for all but looking and stopping. */
  secondFactorRequired: boolean;
  /** How long whoever let somebody in counts as the same person for what takes two. */
  accessSettlesAfterMs: number;
  /** Addresses of proxies whose `X-Forwarded-For` is believed; empty believes nobody. */
  trustedProxies: string[];
}

/** Paths of PEM files. */
export interface TlsFiles {
  ca: string | null;
  cert: string | null;
  key: string | null;
}

/** Whether a device may, or must, show a certificate of the clients' authority. */
export type ClientCertificates = "optional" | "required";

export type Environment = Record<string, string | undefined>;

/** All that is wrong with the environment, at once. */
export class ConfigError extends Error {
  readonly problems: string[];
  constructor(problems: string[]) {
    super(
      `The configuration has ${problems.length} problem(s):\n${problems.map((problem) => `  - ${problem}`).join("\n")}`,
    );
    this.name = "ConfigError";
    this.problems = problems;
  }
}

const LOOPBACK = "127.0.0.1";
const BROKER_PROTOCOLS = ["mqtt:", "mqtts:", "ws:", "wss:"];
/** Of what lets a stranger in when it is guessed. */
const MIN_SECRET_CHARS = 32;
const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"];
const projectRoot = fileURLToPath(new URL("..", import.meta.url));

/** The process environment with `.env` beneath it; a variable that is set wins over the file. */
export function loadEnvironment(): Environment {
  const file = resolve(projectRoot, ".env");
  if (existsSync(file)) process.loadEnvFile(file);
  return process.env;
}

/**
 * Reads the configuration. Variables and their meaning are listed in `.env.example`.
 * @throws {ConfigError} naming every variable that is wrong
 */
export function readConfig(env: Environment): Config {
  const problems: string[] = [];

  const text = (name: string, fallback: string) => env[name]?.trim() || fallback;
  const optional = (name: string) => env[name]?.trim() || null;
  const integer = (name: string, fallback: number, min: number, max: number) => {
    const raw = optional(name);
    if (raw === null) return fallback;
    const value = Number(raw);
    if (/^\d+$/.test(raw) && value >= min && value <= max) return value;
    problems.push(`${name} must be a whole number from ${min} to ${max}, not "${raw}"`);
    return fallback;
  };
  const url = (name: string, protocols: string[]) => {
    const raw = optional(name);
    if (raw === null) return null;
    const parsed = URL.canParse(raw) ? new URL(raw) : null;
    if (parsed && protocols.includes(parsed.protocol)) return raw.replace(/\/+$/, "");
    problems.push(`${name} must be a URL beginning ${protocols.map((p) => `${p}//`).join(" or ")}`);
    return null;
  };
  const urls = (name: string, protocols: string[]) => {
    const given = list(name);
    const good = given.filter((raw) => URL.canParse(raw) && protocols.includes(new URL(raw).protocol));
    if (good.length < given.length)
      problems.push(
        `${name} must be one or more URLs, comma-separated, beginning ${protocols.map((p) => `${p}//`).join(" or ")}`,
      );
    return good.map((raw) => raw.replace(/\/+$/, ""));
  };
  const oneOf = (name: string, fallback: string, allowed: string[]) => {
    const value = text(name, fallback);
    if (!allowed.includes(value))
      problems.push(`${name} must be one of ${allowed.join(", ")}, not "${value}"`);
    return value;
  };
  const zone = (name: string, fallback: string) => {
    const value = text(name, fallback);
    if (!isTimeZone(value))
      problems.push(`${name} must be an IANA time zone such as Asia/Shanghai, not "${value}"`);
    return value;
  };
  const list = (name: string, fallback = "") =>
    text(name, fallback)
      .split(",")
      .map((item) => item.trim())
      .filter((item) => item !== "");
  const addresses = (name: string, fallback = "") => {
    const given = list(name, fallback);
    const bad = given.filter((address) => isIP(address.split("/")[0] ?? "") === 0);
    if (bad.length > 0)
      problems.push(`${name} must list IP addresses or networks such as 10.0.0.0/8, not "${bad.join(", ")}"`);
    return given;
  };
  const internalPrefix = (name: string) => {
    const raw = optional(name);
    if (raw !== null && !/^\/[\w/-]*\/$/.test(raw))
      problems.push(`${name} must begin and end with a slash, such as /protected/, not "${raw}"`);
    return raw;
  };
  const file = (name: string) => {
    const raw = optional(name);
    if (raw === null) return null;
    const path = resolve(projectRoot, raw);
    if (!existsSync(path)) problems.push(`${name} names a file that is not there: ${path}`);
    return path;
  };
  const secret = (name: string) => {
    const value = optional(name);
    if (value !== null && value.length < MIN_SECRET_CHARS)
      problems.push(`${name} must have ${MIN_SECRET_CHARS} characters or more: openssl rand -hex 32`);
    return value;
  };
  /** A listener of its own, when a certificate is given. */
  const brokerTls = (): Config["mqttTls"] => {
    const [cert, key, clientCa] = [file("MQTT_TLS_CERT"), file("MQTT_TLS_KEY"), file("MQTT_TLS_CLIENT_CA")];
    const host = text("MQTT_TLS_HOST", text("MQTT_HOST", LOOPBACK));
    const port = integer("MQTT_TLS_PORT", 8883, 0, 65_535);
    const clients = oneOf("MQTT_TLS_CLIENTS", "optional", ["optional", "required"]);
    if ((cert === null) !== (key === null))
      problems.push("MQTT_TLS_CERT and MQTT_TLS_KEY go together: set both or none");
    if (clients === "required" && clientCa === null)
      problems.push(
        "MQTT_TLS_CLIENTS=required needs MQTT_TLS_CLIENT_CA, the authority that signed the devices' certificates",
      );
    if (cert === null || key === null) return null;
    return { host, port, cert, key, clientCa, clients: clients === "required" ? "required" : "optional" };
  };
  const timeOrOff = (name: string, fallback: string) => {
    const value = text(name, fallback);
    if (value === "off") return null;
    if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(value))
      problems.push(`${name} must be a time of day such as 03:30, or off, not "${value}"`);
    return value;
  };
  const pathOf = (name: string, fallback: string) => resolve(projectRoot, text(name, fallback));

  const publicUrl = url("PUBLIC_URL", ["http:", "https:"]);
  const config: Config = {
    host: text("HOST", LOOPBACK),
    port: integer("PORT", 3000, 0, 65_535),
    publicUrl,
    dataDir: pathOf("DATA_DIR", "data"),
    secretsKeyFile: pathOf("SECRETS_KEY_FILE", join(text("DATA_DIR", "data"), "secrets.key")),
    mediaDir: pathOf("MEDIA_DIR", "media/library"),
    mediaAccelPrefix: internalPrefix("MEDIA_ACCEL_PREFIX"),
    mediaBaseUrl: url("MEDIA_BASE_URL", ["http:", "https:"]),
    mediaBaseLayout:
      oneOf("MEDIA_BASE_LAYOUT", "origin", ["origin", "bucket"]) === "bucket" ? "bucket" : "origin",
    profilesDir: pathOf("PROFILES_DIR", "media/profiles"),
    deviceLink: oneOf("DEVICE_LINK", "normal", ["normal", "slow"]) === "slow" ? "slow" : "normal",
    mqttUrls: urls("MQTT_URL", BROKER_PROTOCOLS),
    mqttClientTls: { ca: file("MQTT_CA"), cert: file("MQTT_CERT"), key: file("MQTT_KEY") },
    mqttHost: text("MQTT_HOST", LOOPBACK),
    mqttPort: integer("MQTT_PORT", 1883, 0, 65_535),
    mqttMaxConnections: integer("MQTT_MAX_CONNECTIONS", 25_000, 1, 1_000_000),
    mqttTls: brokerTls(),
    mqttPublicUrls: urls("MQTT_PUBLIC_URL", BROKER_PROTOCOLS),
    mqttAuthSecret: secret("MQTT_AUTH_SECRET"),
    mqttAuthAllow: addresses("MQTT_AUTH_ALLOW", "127.0.0.1,::1"),
    mqttAccounts:
      oneOf("MQTT_ACCOUNTS", "elsewhere", ["elsewhere", "dynamic-security"]) === "dynamic-security"
        ? "dynamic-security"
        : "elsewhere",
    signatureAlgorithm: oneOf("SIGNATURE_ALGORITHM", "EdDSA", [
      ...SIGNATURE_ALGORITHMS,
    ]) as SignatureAlgorithm,
    logLevel: oneOf("LOG_LEVEL", "info", LOG_LEVELS),
    zone: zone("ZONE", "Asia/Shanghai"),
    ffmpegPath: text("FFMPEG_PATH", "ffmpeg"),
    ffprobePath: text("FFPROBE_PATH", "ffprobe"),
    transcodeConcurrency: integer("TRANSCODE_CONCURRENCY", 2, 1, 64),
    transcodeNiceness: integer("TRANSCODE_NICENESS", 19, 0, 19),
    espeakPath: text("ESPEAK_PATH", "espeak-ng"),
    ttsUrl: url("TTS_URL", ["http:", "https:"]),
    ttsToken: optional("TTS_TOKEN"),
    diskReserveBytes: integer("DISK_RESERVE_MB", 2048, 0, 100_000_000) * 1024 * 1024,
    uploadExpiryMs: integer("UPLOAD_EXPIRY_HOURS", 24, 1, 1_000) * 3_600_000,
    maxUploadBytes: integer("MAX_UPLOAD_MB", 8192, 1, 1_000_000) * 1024 * 1024,
    mediaQuotaBytes: integer("MEDIA_QUOTA_GB", 0, 0, 1_000_000) * 1024 ** 3,
    mediaKeepMs: integer("MEDIA_KEEP_DAYS", 90, 1, 36_500) * DAY_MS,
    mediaTrashMs: integer("MEDIA_TRASH_DAYS", 14, 1, 3650) * DAY_MS,
    diskWarnPercent: integer("DISK_WARN_PERCENT", 15, 0, 99),
    diskRefusePercent: integer("DISK_REFUSE_PERCENT", 5, 0, 99),
    scrubBytesPerSecond: integer("SCRUB_MB_PER_SECOND", 5, 1, 10_000) * 1024 * 1024,
    backupDir: pathOf("BACKUP_DIR", join(text("DATA_DIR", "data"), "backups")),
    backupAt: timeOrOff("BACKUP_AT", "03:30"),
    backupKeep: {
      daily: integer("BACKUP_KEEP_DAILY", 7, 1, 1000),
      weekly: integer("BACKUP_KEEP_WEEKLY", 5, 0, 1000),
      monthly: integer("BACKUP_KEEP_MONTHLY", 12, 0, 1000),
    },
    backupWarnMs: integer("BACKUP_WARN_DAYS", 2, 1, 365) * DAY_MS,
    auditKeepMs: integer("AUDIT_KEEP_DAYS", 365, 180, 36_500) * DAY_MS,
    attendanceKeepMs: integer("ATTENDANCE_KEEP_DAYS", 730, 1, 3650) * DAY_MS,
    countyWidePercent: integer("COUNTY_WIDE_PERCENT", 50, 0, 99),
    freezeMs: integer("FREEZE_MINUTES", 10, 1, 1440) * 60_000,
    planDays: integer("PLAN_DAYS", 45, 40, 400),
    httpMaxConnections: integer("HTTP_MAX_CONNECTIONS", 10_000, 2, 1_000_000),
    httpBodyWithinMs: integer("HTTP_BODY_SECONDS", 120, 1, 3600) * SECOND_MS,
    rateLimitPerMinute: integer("RATE_LIMIT_PER_MINUTE", 600, 10, 1_000_000),
    playlistsAtOnce: integer("PLAYLISTS_AT_ONCE", 64, 1, 10_000),
    enrolmentsPerMinute: integer("ENROLMENTS_PER_MINUTE", 120, 1, 1_000_000),
    checkInsPerMinute: integer("CHECK_INS_PER_MINUTE", 120, 1, 1_000_000),
    passwordSignIn: oneOf("PASSWORD_SIGN_IN", "on", ["on", "off"]) === "on",
    oidc: readOidcSettings({ optional, text, list, file, publicUrl, problems }),
    signInLimits: {
      idleMs: integer("SIGN_IN_IDLE_HOURS", 12, 1, 8760) * HOUR_MS,
      lifetimeMs: integer("SIGN_IN_DAYS", 7, 1, 365) * DAY_MS,
    },
    signInsPerMinute: integer("SIGN_INS_PER_MINUTE", 10, 1, 1_000_000),
    // 19 MiB is the least that the OWASP Password Storage Cheat Sheet recommends.
    passwordMemoryKib: integer("PASSWORD_MEMORY_MIB", 64, 19, 1024) * 1024,
    secondFactorRequired: oneOf("SECOND_FACTOR", "required", ["required", "optional"]) === "required",
    accessSettlesAfterMs: integer("ACCESS_SETTLES_HOURS", 24, 0, 720) * HOUR_MS,
    trustedProxies: addresses("TRUSTED_PROXIES"),
  };
  if (config.diskRefusePercent > config.diskWarnPercent)
    problems.push("DISK_REFUSE_PERCENT must not be above DISK_WARN_PERCENT: the warning comes first");
  if (!config.passwordSignIn && optional("OIDC_ISSUER") === null)
    problems.push("PASSWORD_SIGN_IN=off leaves no way in: set OIDC_ISSUER first");
  if (config.mqttUrls.length === 0 && config.mqttAccounts === "dynamic-security")
    problems.push("MQTT_ACCOUNTS=dynamic-security is for an external Mosquitto: set MQTT_URL too");
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

/** Whether the runtime knows the IANA zone; "+08:00" and the like are not zones. */
export function isTimeZone(zone: string): boolean {
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}
