import type { ScheduleDefinition } from "../schedules/schedule.ts";

/** What the sample consists of. Every name says that it is one, as does all that is spoken in it. */

/** No province has 99 (GB/T 2260). */
export const SAMPLE_COUNTY = { code: "990101000000", name: "样例市" };

export const SAMPLE_REGIONS = `code,level,parent,name,note
${SAMPLE_COUNTY.code},county,,${SAMPLE_COUNTY.name},样例数据
990101101000,town,${SAMPLE_COUNTY.code},样例一镇,样例数据
990101102000,town,${SAMPLE_COUNTY.code},样例二镇,样例数据
990101101201,village,990101101000,样例东村,样例数据
990101101202,village,990101101000,样例西村,样例数据
990101102201,village,990101102000,样例南村,样例数据
990101102202,village,990101102000,样例北村,样例数据
`;

/** They never get a code, so that nothing can enrol as one of them. */
export const SAMPLE_DEVICES = [
  { regionCode: "990101101201", kind: "loudspeaker", name: "样例东村喇叭" },
  { regionCode: "990101101202", kind: "loudspeaker", name: "样例西村喇叭" },
  { regionCode: "990101102201", kind: "loudspeaker", name: "样例南村喇叭" },
  { regionCode: "990101102202", kind: "loudspeaker", name: "样例北村喇叭" },
  { regionCode: "990101101000", kind: "terminal", name: "样例一镇终端" },
  { regionCode: "990101102000", kind: "terminal", name: "样例二镇终端" },
] as const;

export const SAMPLE_BROADCAST = {
  slug: "sample-broadcast",
  kind: "broadcast",
  title: "样例栏目·党建之声",
  segments: ["党建聚焦", "身边榜样", "红色记忆"],
} as const;

export const SAMPLE_LECTURE = {
  slug: "sample-lecture",
  kind: "lecture",
  title: "样例栏目·初心讲堂",
  segments: [],
} as const;

/** `spoken` is what its recording says; `null` where it has none yet. */
export const SAMPLE_EPISODES = [
  {
    number: 1,
    title: "样例第一期",
    segments: [
      {
        name: "党建聚焦",
        title: "样例：支部的一天",
        spoken: "这是样例录音，不会播出。党建聚焦，支部的一天。",
      },
      {
        name: "身边榜样",
        title: "样例：大棚带头人",
        spoken: "这是样例录音，不会播出。身边榜样，大棚带头人。",
      },
      { name: "红色记忆", title: "样例：老渠新水", spoken: "这是样例录音，不会播出。红色记忆，老渠新水。" },
    ],
  },
  {
    number: 2,
    title: "样例第二期（未完成）",
    segments: [{ name: "党建聚焦", title: "样例：还没有录音", spoken: null }],
  },
] as const;

export const SAMPLE_SESSION = {
  number: 1,
  topic: "样例第一讲",
  speakers: ["样例讲师"],
  modules: ["样例：学习", "样例：讨论"],
  spoken: "这是样例录音，不会播出。样例讲堂第一讲。",
};

/** @param zone IANA name of the county's */
export const sampleSchedule = (zone: string): ScheduleDefinition => ({
  name: "样例排期 每月1日、15日",
  rule: { daysOfMonth: [1, 15], times: ["07:00"] },
  zone,
  targets: { regions: [SAMPLE_COUNTY.code], kinds: ["loudspeaker"] },
  content: { policy: "next-approved" },
  class: "daily",
  priority: 50,
  lateness: "skip",
  graceMinutes: 5,
  offline: "skip",
});
