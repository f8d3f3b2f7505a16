import { beforeAll, describe, expect, test } from "vitest";
import { spokenIn } from "../support/spoken-words.ts";

const src = new URL("../../src/", import.meta.url);
/** Where what an editor may read comes from. */
const FOLDERS = [
  "media",
  "speech",
  "schedules",
  "broadcasts",
  "episodes",
  "sessions",
  "interrupts",
  "review",
  "consents",
  "attendance",
  "explanations",
  "devices/twin-service",
  "devices/twin-routes",
  "devices/software-channel-service",
  "reports/report-service",
  "people",
  "regions",
  "backup/backup-service",
  "sample/sample-state",
  "sample/sample-service",
  "audit/audit-routes",
  "http/permission-guard",
  "http/sign-in-guard",
  "http/while-closing",
];
/** Read by whoever starts the server, by a profile's author, by a programmer or by members, whose page has its own words; or no text at all. */
const NOT_FOR_EDITORS =
  /^(?:media\/(?:ffmpeg-abilities|ffmpeg-confinement|profile-files|profiles|resumable-document)|speech\/(?!.*(?:service|engine))|schedules\/shipped|people\/oidc-settings|attendance\/check-in-service)/;
/** As above, in files that also speak to editors. */
const INTERNAL = new Set([
  "Estimating duration from bitrate",
  "private, max-age={}, immutable",
  "public, max-age={}, immutable",
  "restored_at IS NOT NULL AND expires_at > @now",
  "non monotonically increasing dts",
  // The columns of a table.
  "code, level, parent, name, note",
  "January February March April May June July August September October November December",
  // The name of an act in the audit log.
  "a backup is made",
  // Why the trash has something: shown by the API alone.
  "no row names it",
  "it is current, young or broadcast",
  "it lay in the trash",
  "file in the trash",
  // In the audit log.
  "old attendance forgotten",
  "{} names, {} wishes; the counts stay",
  "what was spoken live is kept",
]);
/** Said by packages, or not as one text. */
const ELSEWHERE = new Set(["Maximum size exceeded", "Upload-Offset conflict"]);

interface Words {
  sentence(text: string): string;
  reasonText(text: string): string;
}

const load = async (name: string): Promise<unknown> =>
  import(new URL(`../../src/console/${name}.js`, import.meta.url).href);

let words: Words;
let known: string[];
beforeAll(async () => {
  words = (await load("server-words")) as Words;
  known = Object.keys(((await load("sentences-zh")) as { SENTENCES: object }).SENTENCES);
});

const isForEditors = (path: string) =>
  FOLDERS.some((folder) => path.startsWith(`${folder}/`) || path === `${folder}.ts`) &&
  !NOT_FOR_EDITORS.test(path);
const filled = (template: string) => template.replaceAll("{}", "7");

describe("what the server says", () => {
  test("has its Chinese, all of it that an editor may read", () => {
    const said = [...spokenIn(src, isForEditors)].filter((text) => !INTERNAL.has(text));
    expect(said.length).toBeGreaterThan(200);
    expect(said.filter((text) => !/\p{Script=Han}/u.test(words.sentence(filled(text))))).toEqual([]);
    expect(said.filter((text) => !known.includes(text))).toEqual([]);
  });

  test("is said somewhere: no Chinese is left of what the server says no more", () => {
    const said = spokenIn(src, () => true);
    expect(known.filter((text) => !said.has(text) && !ELSEWHERE.has(text))).toEqual([]);
  });

  test.each([
    [
      "loudspeaker-mp3 failed: The file is damaged: export the recording anew and upload it again.",
      "广播音频 MP3 转码失败：文件已损坏：请重新导出录音并上传。",
    ],
    [
      "it could not be listened to: The file could not be examined: ffprobe was ended (SIGKILL). The server is busy or short of memory: try again when it is quiet, then tell the administrator.",
      "检听失败：无法检查这个文件：检查程序被终止（SIGKILL）。服务器繁忙或内存不足：请空闲时重试，仍不行请告知管理员。",
    ],
    ["党建聚焦: it is being listened to", "党建聚焦：正在检听"],
    [
      "Ask who has the role: administrator, town-admin. An administrator gives roles, under People.",
      "请找有此角色的同事：管理员、镇街管理员。角色由管理员在“人员”页授予。",
    ],
    [
      "The left channel is silent from 0:05 to 1:10: check the cable, or export it as mono.",
      "左声道从 0:05 到 1:10 没有声音：请检查线缆，或导出为单声道。",
    ],
    [
      "It is silent for 35.0 s from 1:05 on: cut the pause out, or fill it.",
      "从 1:05 起静音 35.0 s：请剪掉这段停顿，或补上内容。",
    ],
    [
      "ffmpeg was killed with signal SIGKILL Retry; if it fails again, export the recording anew as WAV or MP4 and upload it.\nlast words",
      "ffmpeg was killed with signal SIGKILL 请重试；仍失败请把录音重新导出为 WAV 或 MP4 再上传。\nlast words",
    ],
    ["What nobody ever said.", "What nobody ever said."],
  ])("%s", (english, chinese) => {
    expect(words.sentence(english)).toBe(chinese);
  });
});
