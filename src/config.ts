import { existsSync } from "node:fs";
import { isIP } from "node:net";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { DAY_MS } from "./clock.ts";
import { SIGNATURE_ALGORITHMS, type SignatureAlgorithm } from "./protocol/key-set.ts";

export interface Config {
  host: string;
  port: number;
  /** What devices and browsers reach this server by; `null` derives it from each request. */
  publicUrl: string | null;
  dataDir: string;
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
  /** An external broker; `null` starts the embedded one. */
  mqttUrl: string | null;
  mqttHost: string;
  mqttPort: number;
  /** The broker's address as devices see it; `null` derives it from the enrolment request's host. */
  mqttPublicUrl: string | null;
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
  freezeMs: number;
  planDays: number;
  /** Requests a minute from one address, outside the device endpoints. */
  rateLimitPerMinute: number;
  enrolmentsPerMinute: number;
  /** Passwords and codes that are looked at, a minute and address. */
  signInsPerMinute: number;
  /** Whether what is heard at once (announcements, drills, emergencies) takes a sign-in with a second factor. */
  secondFactorRequired: boolean;
  /** Addresses of proxies whose `X-Forwarded-For` is believed; empty believes nobody. */
  trustedProxies: string[];
}

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
  const addresses = (name: string) => {
    const list = text(name, "")
      .split(",")
      .map((address) => address.trim());
    const given = list.filter((address) => address !== "");
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
  const folder = (name: string, fallback: string) => resolve(projectRoot, text(name, fallback));

  const config: Config = {
    host: text("HOST", "127.0.0.1"),
    port: integer("PORT", 3000, 0, 65_535),
    publicUrl: url("PUBLIC_URL", ["http:", "https:"]),
    dataDir: folder("DATA_DIR", "data"),
    mediaDir: folder("MEDIA_DIR", "media/library"),
    mediaAccelPrefix: internalPrefix("MEDIA_ACCEL_PREFIX"),
    mediaBaseUrl: url("MEDIA_BASE_URL", ["http:", "https:"]),
    mediaBaseLayout:
      oneOf("MEDIA_BASE_LAYOUT", "origin", ["origin", "bucket"]) === "bucket" ? "bucket" : "origin",
    profilesDir: folder("PROFILES_DIR", "media/profiles"),
    deviceLink: oneOf("DEVICE_LINK", "normal", ["normal", "slow"]) === "slow" ? "slow" : "normal",
    mqttUrl: url("MQTT_URL", ["mqtt:", "mqtts:"]),
    mqttHost: text("MQTT_HOST", "127.0.0.1"),
    mqttPort: integer("MQTT_PORT", 1883, 0, 65_535),
    mqttPublicUrl: url("MQTT_PUBLIC_URL", ["mqtt:", "mqtts:", "ws:", "wss:"]),
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
    freezeMs: integer("FREEZE_MINUTES", 10, 1, 1440) * 60_000,
    planDays: integer("PLAN_DAYS", 45, 40, 400),
    rateLimitPerMinute: integer("RATE_LIMIT_PER_MINUTE", 600, 10, 1_000_000),
    enrolmentsPerMinute: integer("ENROLMENTS_PER_MINUTE", 120, 1, 1_000_000),
    signInsPerMinute: integer("SIGN_INS_PER_MINUTE", 10, 1, 1_000_000),
    secondFactorRequired: oneOf("SECOND_FACTOR", "required", ["required", "optional"]) === "required",
    trustedProxies: addresses("TRUSTED_PROXIES"),
  };
  if (config.diskRefusePercent > config.diskWarnPercent)
    problems.push("DISK_REFUSE_PERCENT must not be above DISK_WARN_PERCENT: the warning comes first");
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
