import type { Broadcast, WhyNot } from "./broadcast.ts";

const WHY_NOT: Record<WhyNot, string> = {
  skipped: "按例外跳过",
  "holidays-unknown": "该年节假日尚未公布",
  "aired-before-move": "改期前已播出",
  stopped: "已停播",
  "quiet-hours": "处于静默时段",
  "nothing-approved": "无已批准的节目",
  "review-again": "重播前未重审",
  "no-consent": "出镜（出声）人授权缺失或到期",
  "not-signed": "转码件与审签时不同",
  "signatures-owed": "紧急播出后逾期未补签",
  "not-transcoded": "转码未完成",
  "not-confirmed": "无第二人确认",
};

/** What stops a broadcast when its schedule is edited, or when somebody stops it and says no more. */
export const SCHEDULE_CHANGED = "the schedule was changed";
export const BY_HAND = "stopped by hand";
/** Why a live voice ended that its speaker did not end. */
export const LIVE_ENDS = {
  link: "the speaker's connection was silent for ten seconds",
  longest: "it had lasted as long as it may",
  server: "the server ended while it was being spoken",
} as const;
/** What stops a broadcast with content that may not be heard any more. */
export const APPROVAL_LOST = "its content lost the approval";
export const CONSENT_LOST = "a consent of who is portrayed is missing or has ended";
/** Why something waits, or never aired, that most of a county would hear inside its quiet hours. */
export const NOT_CONFIRMED = "no second person has confirmed it";
const STOPS = new Map<string, string>([
  [SCHEDULE_CHANGED, "排期已更改"],
  [BY_HAND, "手动停播"],
  [NOT_CONFIRMED, "无第二人确认"],
  [APPROVAL_LOST, "内容的批准被撤回"],
  [CONSENT_LOST, "出镜（出声）人授权缺失或到期"],
  [LIVE_ENDS.link, "喊话人连接中断十秒"],
  [LIVE_ENDS.longest, "喊话已到最长时间"],
  [LIVE_ENDS.server, "喊话时服务器停止"],
]);

/** Of what a calendar has shown and the timetable has no more. */
export const NOT_PLANNED = "已不在排期中";
export const ELSEWHERE = "已改为其他区域";

const PLAIN = new Map([
  [NOT_PLANNED, "it is on no timetable any more"],
  [ELSEWHERE, "it is for other areas now"],
  ...[...STOPS].map(([english, office]): [string, string] => [office, english]),
]);

/** What a calendar has shown, where the reader's language is known. What a person gave as the reason stands as it was given. */
export const plainWords = (officeWords: string): string => PLAIN.get(officeWords) ?? officeWords;

/**
 * Why a broadcast was not heard, in the words of the county's office: registers and calendars have no reader whose language
 * is known. What a person gave as the reason of a stop stands as it was given. Empty when there is nothing to say.
 */
export function whyNotText({
  state,
  whyNot,
  reason,
}: Pick<Broadcast, "state" | "whyNot" | "reason">): string {
  if (state !== "cancelled" && whyNot !== null) return WHY_NOT[whyNot];
  return STOPS.get(reason ?? "") ?? reason ?? "";
}
