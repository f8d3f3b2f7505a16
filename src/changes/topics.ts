import type { Act } from "../people/permissions.ts";

interface TopicRule {
  /** Who may read it is told of it: where they may, if that is in some areas alone. */
  act: Act;
  /** It is told at once, and then not again before so many seconds have passed, however often it changes. */
  restSeconds: number;
  /** Whom it is about is told as well. */
  oneself?: true;
}

/** What pages show may be another after a change of these. */
export const TOPICS = {
  timetable: { act: "timetable:read", restSeconds: 1 },
  interrupts: { act: "timetable:read", restSeconds: 1 },
  content: { act: "content:read", restSeconds: 1 },
  regions: { act: "regions:read", restSeconds: 2 },
  // Thousands come and go at once after a power cut.
  devices: { act: "devices:read", restSeconds: 2 },
  /** What devices prove of broadcasts. */
  proofs: { act: "timetable:read", restSeconds: 2 },
  /** Devices and proofs, for what is much to ask for. */
  reports: { act: "timetable:read", restSeconds: 15 },
  // Nothing is to say when exactly somebody was there.
  attendance: { act: "attendance:read", restSeconds: 15 },
  people: { act: "people:read", restSeconds: 1, oneself: true },
  keys: { act: "keys:read", restSeconds: 1 },
  broker: { act: "broker:read", restSeconds: 2 },
  audit: { act: "audit:read", restSeconds: 2 },
} satisfies Record<string, TopicRule>;

export type Topic = keyof typeof TOPICS;
export const TOPIC_NAMES = Object.keys(TOPICS) as Topic[];
export const ruleOf = (topic: Topic): TopicRule => TOPICS[topic];
