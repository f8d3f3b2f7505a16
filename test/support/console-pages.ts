import { join } from "node:path";
import { Temporal } from "temporal-polyfill";
import type { RunningApp } from "./app.ts";
import { importRegions, makeEpisode, makeTone, programmeId } from "./county.ts";
import { COUNTY } from "./fleet.ts";
import { everywhere, newPerson } from "./people.ts";
import { scheduleDefinition } from "./schedule-definition.ts";

export interface ConsolePage {
  hash: string;
  /** A selector of what is there once the page has loaded. */
  shows: string;
  /** Buttons that open dialogs. */
  opens?: string[];
}

/** A county with one of what most pages are about; @returns all pages of the console, each with something of it. */
export async function makeConsolePages(app: RunningApp): Promise<ConsolePage[]> {
  const { operator } = app;
  await importRegions(operator);
  const post = async (path: string, body: unknown): Promise<string> =>
    (await operator.post<{ id: string }>(path, body)).id;
  const deviceId = await post("/devices", { regionCode: COUNTY, kind: "loudspeaker", name: "村口" });
  await operator.put("/software-channels/stable", { software: "gateway/1" });
  const scheduleId = await post("/schedules", {
    ...scheduleDefinition(),
    programmeId: await programmeId(operator, "broadcast"),
  });
  const { items } = await operator.get<{ items: { id: string }[] }>("/broadcasts?limit=1");
  const tone = makeTone(join(app.folder, "tone.wav"), 4);
  const { id: episodeId } = await makeEpisode(operator, 1, tone);
  const sessionId = await post("/sessions", {
    programmeId: await programmeId(operator, "lecture"),
    number: 1,
    topic: "乡村振兴",
    speakers: [],
    modules: [],
  });
  const editor = await newPerson(app, "编辑", everywhere("editor"));
  const { user } = await editor.get<{ user: { id: string } }>("/me");
  const nextMonth = Temporal.Now.plainDateISO("Asia/Shanghai").toPlainYearMonth().add({ months: 1 });
  return [
    { hash: "#/today", shows: ".countdown" },
    { hash: `#/broadcasts/${items[0]?.id}`, shows: ".proof-bar, .empty" },
    // Of this month nothing may be left to come.
    { hash: `#/calendar?date=${nextMonth.toString()}-15`, shows: ".month .entry" },
    { hash: "#/calendar?view=list", shows: ".view table, .view .empty" },
    { hash: "#/calendar?view=timeline", shows: ".bar-of-day, .quiet-band" },
    { hash: "#/calendar/schedules", shows: ".view table" },
    { hash: "#/calendar/schedules/new", shows: ".next-dates li" },
    { hash: `#/calendar/schedules/${scheduleId}`, shows: ".next-dates li", opens: ["结束排期"] },
    { hash: "#/calendar/sharing", shows: ".empty" },
    { hash: "#/programmes", shows: ".board", opens: ["栏目设置", "审签设置"] },
    { hash: `#/episodes/${episodeId}`, shows: ".waveform canvas", opens: ["修改标题和板块"] },
    { hash: `#/sessions/${sessionId}`, shows: ".content-columns" },
    { hash: "#/review", shows: ".empty" },
    { hash: `#/review/episodes/${episodeId}`, shows: ".player-tools" },
    { hash: "#/people", shows: ".view table", opens: ["邀请人员…"] },
    { hash: `#/people/${user.id}`, shows: ".view table", opens: ["角色…", "设密链接…", "结束", "停用…"] },
    { hash: "#/account", shows: ".view table", opens: ["设置双重验证…", "更改密码…", "新建令牌…"] },
    { hash: "#/devices", shows: ".coverage-chart canvas, .empty", opens: ["批量设定…", "为各村建终端…"] },
    {
      hash: `#/devices/${deviceId}`,
      shows: ".facts",
      opens: ["修改设定…", "为什么没响？", "发登记码…", "吊销…"],
    },
    { hash: "#/devices/outages", shows: ".empty" },
    { hash: "#/devices/quarantine", shows: ".empty" },
    {
      hash: "#/devices/software",
      shows: ".view table",
      opens: ["新建通道…", "换软件版本…", "删除"],
    },
    { hash: "#/announcements", shows: ".region-tree li" },
    { hash: "#/announcements/emergencies", shows: ".view .empty" },
    { hash: "#/audit", shows: ".secret" },
    { hash: "#/reports/broadcasts", shows: ".view table, .view .empty" },
    { hash: "#/reports/approvals", shows: ".empty" },
    { hash: "#/reports/proof", shows: ".empty" },
    { hash: "#/reports/attendance", shows: ".empty" },
    {
      hash: "#/settings/areas",
      shows: ".area-rules table",
      opens: ["导入行政区划（CSV）…", "导入联系电话（CSV）…"],
    },
    { hash: `#/settings/areas?within=${COUNTY}`, shows: ".area-rules table" },
    { hash: "#/settings/programmes", shows: ".view table" },
    { hash: "#/settings/profiles", shows: ".view table" },
    { hash: "#/settings/keys", shows: ".view table", opens: ["更换密钥…"] },
    { hash: "#/settings/broker", shows: ".facts" },
    { hash: "#/settings/backups", shows: ".make-backup" },
  ];
}
