import { XMLParser, XMLValidator } from "fast-xml-parser";
import { AppError, type ErrorDetail } from "../errors.ts";
import type { BroadcastClass } from "../protocol/messages.ts";
import { isRegionCode } from "../protocol/region-code.ts";

/** CAP 1.2 (OASIS, 1 July 2010): what of a message matters to what is heard. */
export interface CapMessage {
  sender: string;
  identifier: string;
  sent: string;
  msgType: "Alert" | "Update" | "Cancel";
  /** The messages that this one is about (§3.2.1 `references`). */
  references: { sender: string; identifier: string; sent: string }[];
  /** What it says to the public; `null` for a Cancel without an `info`. */
  info: CapInfo | null;
}

export interface CapInfo {
  class: Exclude<BroadcastClass, "daily">;
  title: string;
  /** To be spoken. */
  text: string;
  /** How bad it is (§3.2.2 `severity`); `null` for an exercise that does not say so. */
  severity: CapSeverity | null;
  areas: string[];
  /** Epoch ms. */
  until: number | null;
}

export const CAP_SEVERITIES = ["Extreme", "Severe", "Moderate", "Minor", "Unknown"] as const;
export type CapSeverity = (typeof CAP_SEVERITIES)[number];

type Node = Record<string, unknown>;

const NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2";
const LISTS = new Set(["info", "area", "geocode"]);
const MSG_TYPES = ["Alert", "Update", "Cancel"] as const;
const MAX_TITLE = 200;
const MAX_TEXT = 5_000;
/** With its offset, and no `Z` (§3.2.1 `sent`). */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/;

const parser = new XMLParser({
  removeNSPrefix: true,
  parseTagValue: false,
  trimValues: true,
  isArray: (name) => LISTS.has(name),
});

/**
 * Reads a CAP 1.2 message.
 * @param mapAreas names of areas to region codes, for those that come without an administrative code
 * @throws {AppError} `invalid` with each element that was not understood
 */
export function readCap(xml: string, mapAreas: ReadonlyMap<string, string[]>): CapMessage {
  const alert = alertOf(xml);
  const problems: ErrorDetail[] = [];
  const required = (name: string): string => {
    const value = textOf(alert, name);
    if (value === "") problems.push({ at: `/alert/${name}`, message: "It is missing." });
    return value;
  };
  const [sender, identifier, sent] = [required("sender"), required("identifier"), required("sent")];
  if (sent !== "" && !INSTANT.test(sent)) problems.push({ at: "/alert/sent", message: notAnInstant(sent) });

  const status = required("status");
  if (status !== "" && status !== "Actual" && status !== "Exercise")
    problems.push({
      at: "/alert/status",
      message: `"${status}" is not for the public: Actual and Exercise are.`,
    });
  const scope = required("scope");
  if (scope !== "" && scope !== "Public")
    problems.push({ at: "/alert/scope", message: `"${scope}" is not for the public.` });

  const said = required("msgType");
  const msgType = MSG_TYPES.find((type) => type === said);
  if (said !== "" && msgType === undefined)
    problems.push({ at: "/alert/msgType", message: `"${said}" is none of ${MSG_TYPES.join(", ")}.` });
  const references = referencesIn(textOf(alert, "references"), problems);
  if (msgType !== undefined && msgType !== "Alert" && references.length === 0)
    problems.push({ at: "/alert/references", message: `${msgType} has to say which message it is about.` });

  const info = msgType === "Cancel" ? null : infoOf(alert, status, mapAreas, problems);
  if (problems.length > 0 || msgType === undefined) {
    throw new AppError("invalid", "The CAP message cannot be aired as it is.", {
      details: problems,
      hint: "Nothing was proposed; an area without an administrative code needs a region (`areas` in the query).",
    });
  }
  return { sender, identifier, sent, msgType, references, info };
}

function alertOf(xml: string): Node {
  // A message needs none of them, and they are what XML is attacked by.
  if (/<!(DOCTYPE|ENTITY)/i.test(xml))
    throw new AppError("invalid", "A message with a document type or entities of its own is not read.");
  const verdict = XMLValidator.validate(xml);
  if (verdict !== true) {
    const { line, msg } = verdict.err;
    throw new AppError("invalid", "This is not XML.", { details: [{ at: `line ${line}`, message: msg }] });
  }
  const root = parser.parse(xml) as Node;
  const alert = root["alert"];
  if (!isNode(alert) || !xml.includes(NAMESPACE)) {
    throw new AppError("invalid", "This is not a CAP 1.2 message.", {
      hint: `It has to be an <alert xmlns="${NAMESPACE}">.`,
    });
  }
  return alert;
}

/** The first `info` in Chinese, or else the first: one message is heard in one language. */
function infoOf(
  alert: Node,
  status: string,
  mapAreas: ReadonlyMap<string, string[]>,
  problems: ErrorDetail[],
): CapInfo | null {
  const infos = listOf(alert, "info");
  const chosen = Math.max(
    0,
    infos.findIndex((each) => /^zh/i.test(textOf(each, "language"))),
  );
  const info = infos[chosen];
  if (!info) {
    problems.push({ at: "/alert/info", message: "There is nothing to be said." });
    return null;
  }
  const at = `/alert/info/${chosen}`;
  const title = textOf(info, "headline") || textOf(info, "event");
  if (title === "") problems.push({ at: `${at}/event`, message: "It is missing." });
  const text = [title, textOf(info, "description"), textOf(info, "instruction")].filter(Boolean).join("\n");
  if (text.length > MAX_TEXT)
    problems.push({ at: `${at}/description`, message: `More than ${MAX_TEXT} characters to be spoken.` });
  const expires = textOf(info, "expires");
  const isInstant = INSTANT.test(expires) && !Number.isNaN(Date.parse(expires));
  if (expires !== "" && !isInstant) problems.push({ at: `${at}/expires`, message: notAnInstant(expires) });
  return {
    class: status === "Exercise" ? "drill" : classOf(info, at, problems),
    title: title.slice(0, MAX_TITLE),
    text,
    severity: CAP_SEVERITIES.find((severity) => severity === textOf(info, "severity")) ?? null,
    areas: areasOf(info, at, mapAreas, problems),
    until: isInstant ? Date.parse(expires) : null,
  };
}

const SCALES: Record<string, readonly string[]> = {
  severity: CAP_SEVERITIES,
  urgency: ["Immediate", "Expected", "Future", "Past", "Unknown"],
  certainty: ["Observed", "Likely", "Possible", "Unlikely", "Unknown"],
};

/** What is severe, near in time and probable is an emergency; the rest is an announcement. */
function classOf(info: Node, at: string, problems: ErrorDetail[]): CapInfo["class"] {
  const ranks = Object.entries(SCALES).map(([name, scale]) => {
    const value = textOf(info, name);
    const rank = scale.indexOf(value);
    if (rank === -1)
      problems.push({ at: `${at}/${name}`, message: `"${value}" is none of ${scale.join(", ")}.` });
    return rank;
  });
  return ranks.every((rank) => rank === 0 || rank === 1) ? "emergency" : "announcement";
}

/** By an administrative code (6, 9 or 12 digits) of each area, else by what its name is mapped to. */
function areasOf(
  info: Node,
  at: string,
  mapAreas: ReadonlyMap<string, string[]>,
  problems: ErrorDetail[],
): string[] {
  const areas = listOf(info, "area");
  if (areas.length === 0) problems.push({ at: `${at}/area`, message: "It is missing." });
  return areas.flatMap((area, index) => {
    const name = textOf(area, "areaDesc");
    const codes = listOf(area, "geocode")
      .map((geocode) => textOf(geocode, "value"))
      .filter((value) => /^\d{6}(\d{3}){0,2}$/.test(value))
      .map((value) => value.padEnd(12, "0"))
      .filter(isRegionCode);
    const found = codes.length > 0 ? codes : (mapAreas.get(name) ?? []);
    if (found.length === 0)
      problems.push({
        at: `${at}/area/${index}`,
        message: `"${name}" has no administrative code and is not mapped to one.`,
      });
    return found;
  });
}

function referencesIn(text: string, problems: ErrorDetail[]): CapMessage["references"] {
  return text
    .split(/\s+/)
    .filter(Boolean)
    .flatMap((each) => {
      const [sender = "", identifier = "", sent = "", ...rest] = each.split(",");
      if (rest.length === 0 && sender !== "" && identifier !== "" && sent !== "")
        return [{ sender, identifier, sent }];
      problems.push({ at: "/alert/references", message: `"${each}" is not sender,identifier,sent.` });
      return [];
    });
}

const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null;
const listOf = (node: Node, name: string): Node[] =>
  Array.isArray(node[name]) ? node[name].filter(isNode) : [];
function textOf(node: Node, name: string): string {
  const value = node[name];
  return typeof value === "string" ? value : "";
}
const notAnInstant = (text: string): string => `"${text}" is not like 2026-12-01T07:00:00+08:00.`;
