import { Readable } from "node:stream";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance, FastifyReply } from "fastify";
import { Type } from "typebox";
import { isOpen } from "../broadcasts/broadcast.ts";
import { whyNotText } from "../broadcasts/office-words.ts";
import { invalid } from "../errors.ts";
import { closed, enumOf, PageQuery, pageFrom, pageOf } from "../http/schemas.ts";
import type { RecordedAct } from "../review/review-service.ts";
import { viewAct } from "../review/review-view.ts";
import { createWallClock } from "../schedules/wall-clock.ts";
import { csvDocument, htmlDocument, PAGE_POLICY, type RegisterHead } from "./register-document.ts";
import type { BroadcastEntry, RegisterService, TownProof } from "./register-service.ts";
import { ApprovalLine, BroadcastLine, TownLine, viewBroadcastEntry, viewTownProof } from "./register-view.ts";
import {
  actName,
  airedByText,
  CHANGES,
  personText,
  STATES,
  signaturesText,
  targetsText,
} from "./register-words.ts";

const Format = enumOf(["json", "csv", "html"], {
  description: "json in pages; csv and html, which is for printing, hold the whole month",
});
const MonthQuery = {
  month: Type.String({
    pattern: "^[0-9]{4}-(0[1-9]|1[0-2])$",
    examples: ["2026-12"],
    description: "In the county's zone",
  }),
  format: Type.Optional(Format),
};
const Query = closed({ ...PageQuery, ...MonthQuery });

const PROOF_COLUMNS = ["镇街", "应播（台次）", "已送达", "已缓存", "已开播", "已播完", "实测有声", "无回传"];
const proofRow = ({ name, expected, proof }: TownProof): string[] =>
  [
    name,
    expected,
    proof.delivered,
    proof.cached,
    proof.started,
    proof.finished,
    proof.sensed,
    proof.unknown,
  ].map(String);

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
    targetsText(broadcast, entry.regionNames),
    STATES[broadcast.state],
    ...(isOpen(broadcast)
      ? ["", "", ""]
      : [
          String(entry.devices),
          `${entry.proof.started} / ${entry.proof.finished} / ${entry.proof.sensed}`,
          String(entry.proof.unknown),
        ]),
    entry.approval === null ? airedByText(entry.airedBy) : signaturesText(entry.approval, textAt),
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
    "审签人及时间；通知、应急的发起人、确认人",
    "停播、未播的时间、人员及原因",
  ];

  const approvalRow = (record: RecordedAct): string[] => [
    textAt(record.at),
    actName(record),
    personText(record),
    record.change === null ? (record.reason ?? "") : CHANGES[record.change],
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

  app.get(
    "/registers/proof",
    {
      config: { act: "registers:read" },
      schema: {
        tags: ["registers"],
        summary:
          "What devices proved in a month 回传统计, by town: each device counts once for each broadcast",
        querystring: closed(MonthQuery),
        response: {
          200: Type.Object({ broadcasts: Type.Integer({ minimum: 0 }), items: Type.Array(TownLine) }),
        },
      },
    },
    async ({ query: { month, format = "json" } }, reply) => {
      const { broadcasts, towns } = await registers.proofByTown(month);
      const head = { title: "回传统计表", county: registers.county(), month, columns: PROOF_COLUMNS };
      if (format !== "json") return send(reply, format, head, towns.map(proofRow)) as never;
      return { broadcasts, items: towns.map(viewTownProof) };
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
