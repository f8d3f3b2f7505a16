/** What a test says differently from the message below. */
export interface Cap {
  identifier: string;
  status: string;
  msgType: string;
  references: string;
  severity: string;
  urgency: string;
  certainty: string;
  expires: Date | string;
  area: string;
}

const inBeijing = (at: Date): string =>
  `${new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 19)}+08:00`;

/** A message as a weather service sends it. */
export function capXml(changes: Partial<Cap> = {}): string {
  const cap: Cap = {
    identifier: "W1",
    status: "Actual",
    msgType: "Alert",
    references: "",
    severity: "Extreme",
    urgency: "Immediate",
    certainty: "Observed",
    expires: "2026-12-01T09:00:00+08:00",
    area: "<areaDesc>稻田镇</areaDesc><geocode><valueName>GB/T 2260</valueName><value>370783112</value></geocode>",
    ...changes,
  };
  const expires = typeof cap.expires === "string" ? cap.expires : inBeijing(cap.expires);
  return `<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
  <identifier>${cap.identifier}</identifier>
  <sender>weather@example.cn</sender>
  <sent>2026-12-01T07:00:00+08:00</sent>
  <status>${cap.status}</status>
  <msgType>${cap.msgType}</msgType>
  <scope>Public</scope>
  ${cap.references === "" ? "" : `<references>${cap.references}</references>`}
  <info>
    <language>zh-CN</language>
    <category>Met</category>
    <event>暴雨</event>
    <urgency>${cap.urgency}</urgency>
    <severity>${cap.severity}</severity>
    <certainty>${cap.certainty}</certainty>
    <expires>${expires}</expires>
    <headline>暴雨红色预警</headline>
    <description>预计三小时内降水超过100毫米。</description>
    <instruction>请立即转移到安全地带。</instruction>
    <area>${cap.area}</area>
  </info>
</alert>`;
}
