import type { AiredBy } from "../broadcasts/aired-by.ts";
import type { Broadcast, BroadcastState } from "../broadcasts/broadcast.ts";
import { type ContentChange, type ReviewAct, type ReviewActName, type Step } from "../review/review.ts";
import type { Approval, Owed } from "../review/review-service.ts";

/** What registers say, in the words of the county's office. */

export const STATES: Record<BroadcastState, string> = {
  planned: "待播（未就绪）",
  ready: "待播",
  frozen: "即将播出",
  on_air: "正在播出",
  aired: "已播出",
  failed: "未见开播回传",
  cancelled: "已取消/停播",
  missed: "未播出",
};
const ACTS: Record<ReviewActName, string> = {
  edited: "修改",
  submitted: "送审",
  signed: "签发",
  returned: "退回",
  withdrawn: "撤回批准",
  voided: "审签失效",
};
const STEP_NAMES: Record<Step, string> = { first: "初审", second: "复审", final: "终审" };
export const CHANGES: Record<ContentChange, string> = {
  title: "改题目",
  segments: "改板块",
  recording: "换录音",
  trim: "剪辑",
  sound: "改栏目声音",
  rendition: "转码件与审签时不同",
};

/** What was done: of a signature its step, and whether it was before its turn. */
export const actName = ({ act, step, reason }: Pick<ReviewAct, "act" | "step" | "reason">): string =>
  step === null ? ACTS[act] : `${STEP_NAMES[step]}${reason === null ? "" : "（紧急）"}`;

/** Who did it, and in whose place. */
export const personText = ({ by, inPlaceOf }: Pick<ReviewAct, "by" | "inPlaceOf">): string =>
  inPlaceOf === null ? by.name : `${by.name}（代${inPlaceOf.name}）`;

/** Who had an interrupt aired, who made it beside them, and the second person. Empty for what is on a timetable. */
export function airedByText(people: AiredBy | null): string {
  if (people === null) return "";
  const { asked, by, confirmed } = people;
  const makers = by.filter((name) => name !== asked);
  return [
    `发起 ${asked}`,
    ...(makers.length === 0 ? [] : [`录制 ${makers.join("、")}`]),
    ...(confirmed === null ? [] : [`确认 ${confirmed}`]),
  ].join("；");
}

/** By whose signatures something was let air, a refusal afterwards, and what is owed still, or settled it. */
export function signaturesText(
  { review, refusal, owed, settled }: Approval,
  textAt: (at: number) => string,
): string {
  return [
    ...review.signatures.map((act) => `${actName(act)} ${personText(act)} ${textAt(act.at)}`),
    ...(refusal === null ? [] : [`事后退回 ${personText(refusal)} ${textAt(refusal.at)}`]),
    ...(settled === null ? [] : [`事后另行${actName(settled)} ${personText(settled)} ${textAt(settled.at)}`]),
    ...(owed === null ? [] : [owedText(owed, textAt)]),
  ].join("；");
}

const owedText = ({ steps, until, isOverdue }: Owed, textAt: (at: number) => string): string =>
  `${isOverdue ? "逾期未补签" : "待补签"}：${steps.map((step) => STEP_NAMES[step]).join("、")}（限 ${textAt(until)} 前）`;

const MAX_NAMED_REGIONS = 6;

/** The first six of more, and how many there are. */
export function listedNames(names: readonly string[]): string {
  const listed = names.slice(0, MAX_NAMED_REGIONS).join("、");
  return names.length > MAX_NAMED_REGIONS ? `${listed}等${names.length}处` : listed;
}

export function targetsText(
  { areas, exclude, groups, tags, kinds }: Broadcast,
  regionNames: Record<string, string>,
): string {
  const namesOf = (codes: readonly string[]) => listedNames(codes.map((code) => regionNames[code] ?? code));
  const kindNames = kinds.map((kind) => (kind === "loudspeaker" ? "大喇叭" : "视频终端"));
  return [
    namesOf(areas),
    exclude.length > 0 ? `（${namesOf(exclude)}除外）` : "",
    groups.length > 0 ? ` 分组：${groups.join("、")}` : "",
    tags.length > 0 ? ` 标签：${tags.join("、")}` : "",
    ` ${kindNames.join("、")}`,
  ].join("");
}
