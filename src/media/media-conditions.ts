import type { FastifyRequest } from "fastify";
import { type RangeAnswer, readRange } from "./byte-range.ts";

/** What a request's conditions (RFC 9110, section 13) leave to be sent. */
export type Decision = "failed" | "unchanged" | RangeAnswer;

/** Decides by the entity tag alone: no `Last-Modified` is sent, as the name says all about the bytes. */
export function decide({ method, raw: { headers } }: FastifyRequest, etag: string, bytes: number): Decision {
  if (headers["if-match"] !== undefined && !lists(headers["if-match"], etag)) return "failed";
  // If-None-Match compares weakly (section 8.8.3.2): `W/"…"` of the same bytes counts.
  if (lists(headers["if-none-match"]?.replaceAll("W/", ""), etag)) return "unchanged";
  // A range counts for GET only, and only when If-Range, if sent, names these bytes (section 13.1.5).
  const { "if-range": ifRange, range } = headers;
  const isStale = ifRange !== undefined && ifRange !== etag;
  return method !== "GET" || isStale ? "whole" : readRange(range, bytes);
}

const lists = (field: string | undefined, etag: string): boolean =>
  (field ?? "").split(",").some((entry) => [etag, "*"].includes(entry.trim()));
