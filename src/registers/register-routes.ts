import { Readable } from "node:stream";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance, FastifyReply } from "fastify";
import { Type } from "typebox";
import { BROADCAST_STATES, isOpen } from "../broadcasts/broadcast.ts";
import { whyNotText } from "../broadcasts/office-words.ts";
import { toIso } from "../clock.ts";
import { invalid } from "../errors.ts";
import { closed, enumOf, Instant, nullable, PageQuery, pageFrom, pageOf, Uuid } from "../http/schemas.ts";
import { owedOf, STEPS } from "../review/review.ts";
import type { RecordedAct } from "../review/review-service.ts";
import { ActView, SignatureView, viewAct, viewSignatures } from "../review/review-view.ts";
import { createWallClock } from "../schedules/wall-clock.ts";
import { csvDocument, htmlDocument, PAGE_POLICY, type RegisterHead } from "./register-document.ts";
import type { BroadcastEntry, RegisterService } from "./register-service.ts";
import { actName, CHANGES, personText, STATES, signaturesText } from "./register-words.ts";

const count = Type.Integer({ minimum: 0 });
const NullableInstant = nullable(Instant);
const NullableText = nullable(Type.String());

const BroadcastLine = Type.Object({
  broadcastId: Uuid,
  startAt: Instant,
  programme: Type.String(),
  number: nullable(Type.Integer()),
  title: Type.String(),
  durationMs: nullable(Type.Integer()),
  sha256s: Type.Array(Type.String()),
  targets: Type.String(),
  state: enumOf(BROADCAST_STATES),
  reason: NullableText,
  devices: count,
  atLeast: Type.Object(
    { delivered: count, cached: count, started: count, finished: count, sensed: count },
    { description: "Devices that proved at least this" },
  ),
  unknown: Type.Integer({ description: "Devices that have reported nothing" }),
  signatures: Type.Array(SignatureView, { description: "By which it was approved" }),
  owed: Type.Array(enumOf(STEPS), {
    description: "Signatures that an urgent one did not wait for, as far as they are not given yet",
  }),
  refusal: nullable(ActView),
  stoppedBy: NullableText,
  stoppedAt: NullableInstant,
});

const ApprovalLine = Type.Object({
  id: Type.Integer(),
  ...ActView.properties,
  programme: Type.String(),
  number: Type.Integer(),
  title: Type.String(),
  recordings: Type.Array(Type.String({ description: "SHA-256" })),
  durationMs: count,
});

const Format = enumOf(["json", "csv", "html"], {
  description: "json in pages; csv and html, which is for printing, hold the whole month",
});
const Query = closed({
  ...PageQuery,
  month: Type.String({
    pattern: "^[0-9]{4}-(0[1-9]|1[0-2])$",
    examples: ["2026-12"],
    description: "In the county's zone",
  }),
  format: Type.Optional(Format),
});

/** Enough to find a file by, and to be written down by hand. */
const PREFIX = 12;
const READ_AT_ONCE = 100;
const FIRST = { startAt: -1, id: "" };

interface Options {
  registers: RegisterService;
  /** The county's. */
  zone: string;
}

/** 播出登记 and 审批登记 of a month; mounted under the API's prefix, inside the sign-in guard. */
export async function registerRoutes(instance: FastifyInstance, { registers, zone }: Options) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const { textAt } = createWallClock(zone);
  const textOrNone = (at: number | null | undefined) => (at === null || at === undefined ? "" : textAt(at));

  const broadcastRow = ({ broadcast, ...entry }: BroadcastEntry): string[] => [
    textAt(broadcast.startAt),
    broadcast.programme,
    entry.number === null ? "" : String(entry.number),
    broadcast.title,
    entry.durationMs === null ? "" : minutesText(entry.durationMs),
    entry.sha256s.map((sha256) => sha256.slice(0, PREFIX)).join(" "),
    entry.targets,
    STATES[broadcast.state],
    ...(isOpen(broadcast)
      ? ["", "", ""]
      : [
          String(entry.devices),
          `${entry.proof.started} / ${entry.proof.finished} / ${entry.proof.sensed}`,
          String(entry.proof.unknown),
        ]),
    entry.approval === null ? "" : signaturesText(entry.approval, textAt),
    [textOrNone(entry.stop?.at), entry.stop?.by ?? "", whyNotText(broadcast)].filter(Boolean).join(" "),
  ];
  const BROADCAST_COLUMNS = [
    "播出时间",
    "栏目",
    "期号",
    "题目",
    "时长",
    "校验码（SHA-256 前12位）",
    "播出范围",
    "状态",
    "应播终端",
    "开播/播完/实测",
    "无回传",
    "审签人及时间",
    "停播、未播的时间、人员及原因",
  ];

  const approvalRow = (record: RecordedAct): string[] => [
    textAt(record.at),
    actName(record),
    personText(record),
    record.reason ?? (record.change === null ? "" : CHANGES[record.change]),
    record.programme,
    String(record.number),
    record.title,
    minutesText(record.durationMs),
    record.recordings.map((sha256) => sha256.slice(0, PREFIX)).join(" "),
    record.digest?.slice(0, PREFIX) ?? "",
  ];
  const APPROVAL_COLUMNS = [
    "时间",
    "事项",
    "经办人",
    "原因",
    "栏目",
    "期号",
    "题目",
    "时长",
    "录音校验码（SHA-256 前12位）",
    "审签校验码（前12位）",
  ];

  function send(reply: FastifyReply, format: "csv" | "html", head: RegisterHead, rows: Iterable<string[]>) {
    reply.header("cache-control", "private, no-store");
    if (format === "html") {
      reply.header("content-security-policy", PAGE_POLICY).type("text/html; charset=utf-8");
      return reply.send(Readable.from(htmlDocument(head, rows)));
    }
    const name = encodeURIComponent(`${head.title}-${head.month}.csv`);
    reply.header("content-disposition", `attachment; filename*=UTF-8''${name}`);
    return reply.type("text/csv; charset=utf-8").send(Readable.from(csvDocument(head, rows)));
  }

  function* allBroadcasts(month: string): Generator<string[]> {
    for (let after = FIRST; ; ) {
      const entries = registers.broadcasts(month, after, READ_AT_ONCE);
      for (const entry of entries) yield broadcastRow(entry);
      const last = entries.at(-1);
      if (!last || entries.length < READ_AT_ONCE) return;
      after = last.broadcast;
    }
  }
  function* allApprovals(month: string): Generator<string[]> {
    for (let after = 0; ; ) {
      const records = registers.approvals(month, after, READ_AT_ONCE);
      for (const record of records) yield approvalRow(record);
      const last = records.at(-1);
      if (!last || records.length < READ_AT_ONCE) return;
      after = last.id;
    }
  }

  const schemaOf = <T extends typeof BroadcastLine | typeof ApprovalLine>(summary: string, line: T) => ({
    tags: ["registers"],
    summary,
    querystring: Query,
    response: { 200: pageOf(line) },
  });

  app.get(
    "/registers/broadcasts",
    {
      config: { act: "registers:read" },
      schema: schemaOf("The broadcast register 播出登记 of a month, in order of start", BroadcastLine),
    },
    async ({ query: { month, format = "json", limit, cursor } }, reply) => {
      const head = { title: "播出登记表", county: registers.county(), month, columns: BROADCAST_COLUMNS };
      if (format !== "json") return send(reply, format, head, allBroadcasts(month)) as never;
      const entries = registers.broadcasts(month, placeFrom(cursor), limit + 1);
      const page = pageFrom(entries, limit, ({ broadcast }) => `${broadcast.startAt}_${broadcast.id}`);
      return { ...page, items: page.items.map(viewBroadcastEntry) };
    },
  );

  app.get(
    "/registers/approvals",
    {
      config: { act: "registers:read" },
      schema: schemaOf(
        "The approval register 审批登记 of a month, in order of time: submissions, signatures, returns, withdrawals, and what edits voided",
        ApprovalLine,
      ),
    },
    async ({ query: { month, format = "json", limit, cursor } }, reply) => {
      const head = { title: "审批登记表", county: registers.county(), month, columns: APPROVAL_COLUMNS };
      if (format !== "json") return send(reply, format, head, allApprovals(month)) as never;
      const after = Number(cursor ?? 0);
      if (!Number.isSafeInteger(after)) throw invalid("cursor", "This is not the nextCursor of a page.");
      const page = pageFrom(registers.approvals(month, after, limit + 1), limit, ({ id }) => String(id));
      return { ...page, items: page.items.map((record) => ({ ...record, ...viewAct(record) })) };
    },
  );
}

function placeFrom(cursor: string | undefined): { startAt: number; id: string } {
  if (cursor === undefined) return FIRST;
  const [startAt = "", id = ""] = cursor.split("_");
  if (!/^\d+$/.test(startAt)) throw invalid("cursor", "This is not the nextCursor of a page.");
  return { startAt: Number(startAt), id };
}

function minutesText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}分${String(seconds % 60).padStart(2, "0")}秒`;
}

function viewBroadcastEntry({ broadcast, proof, approval, stop, ...entry }: BroadcastEntry) {
  const { unknown, ...atLeast } = proof;
  return {
    ...entry,
    broadcastId: broadcast.id,
    startAt: toIso(broadcast.startAt),
    programme: broadcast.programme,
    title: broadcast.title,
    state: broadcast.state,
    reason: broadcast.reason,
    atLeast,
    unknown,
    signatures: viewSignatures(approval?.review.signatures ?? []),
    owed: approval === null ? [] : owedOf(approval.review),
    refusal: approval?.refusal ? viewAct(approval.refusal) : null,
    stoppedBy: stop?.by ?? null,
    stoppedAt: stop && toIso(stop.at),
  };
}
