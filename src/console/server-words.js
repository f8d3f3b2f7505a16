import { currentLanguage, knows, t } from "./i18n.js";

/**
 * The server explains itself in English sentences. Those that an office meets every day are shown in the language of
 * the console; any other is shown as it came, which is better than hiding it.
 */

/** @type {[RegExp, string][]} */
const REASONS = [
  [/^nothing approved is left for this date$/, "reason.nothing-approved"],
  [/^inside the quiet hours (\S+)–(\S+)$/, "reason.quiet-hours"],
  [/^what was chosen for this date is not approved$/, "reason.chosen-not-approved"],
  [/^the public holidays of (\d+) are not known yet$/, "reason.holidays-unknown"],
  [/^skipped: ([^]*)$/, "reason.skipped"],
  [/^number (\d+) is not transcoded yet$/, "reason.not-transcoded"],
  [/^it was not ready in time$/, "reason.not-ready-in-time"],
  [/^no device has reported a start$/, "reason.no-start"],
  [/^stopped by hand$/, "reason.stopped"],
  [/^everything was stopped by hand$/, "reason.all-stopped"],
  [/^its content lost the approval$/, "reason.approval-lost"],
  [/^the schedule was changed$/, "reason.schedule-changed"],
  [/^this date was broadcast before it was moved$/, "reason.aired-before-moved"],
  [/^nothing has been uploaded$/, "reason.no-upload"],
  [/^(\S+) is being made \((\d+) %\)$/, "reason.being-made"],
  [/^(\S+) failed: ([^]*)$/, "reason.made-failed"],
];

/** Sentences of problem documents, in Chinese; English readers get the original. @type {[RegExp, string][]} */
const SENTENCES = [
  [/^Please sign in\.$/, "请先登录。"],
  [/^The name or the password is not right\.$/, "用户名或密码不对。"],
  [
    /^The administrator's first password was printed once, at the first start\.$/,
    "管理员的初始密码在服务器第一次启动时打印过一次。",
  ],
  [/^Too many requests from this address\.$/, "这个地址的请求太多。"],
  [/^Try again in (\d+) seconds?\.$/, "请在 $1 秒后重试。"],
  [/^Try again in (?:1|a) minute\.$/, "请在 1 分钟后重试。"],
  [/^Something went wrong on the server\.$/, "服务器内部出错。"],
  [
    /^Try again; if it happens again, give the administrator the id.*$/,
    "请重试；如果再次出现，请把编号告诉管理员。",
  ],
  [
    /^There is no (?:broadcast|episode|session|device|programme|segment) with id "(.*)"\.$/,
    "没有编号为 $1 的内容，可能已被删除。",
  ],
  [/^The broadcast is over \(\w+\)\.$/, "这次播出已经结束。"],
  [/^The episode cannot be approved yet\.$/, "这一期还不能批准。"],
  [
    /^Approve it when every segment's renditions are ready and have been heard\.$/,
    "请在所有板块转码就绪并听过之后批准。",
  ],
  [/^The session cannot be approved yet: .*$/, "这一讲还不能批准：录音没有就绪。"],
  [
    /^Approve it when the recording's renditions are ready and have been watched\.$/,
    "请在录音转码就绪并看过之后批准。",
  ],
  [/^(.+) has an episode (\d+) already\.$/, "$1 已经有第 $2 期。"],
  [/^(.+) has a session (\d+) already\.$/, "$1 已经有第 $2 讲。"],
  [/^The segments do not fit the programme\.$/, "板块与栏目不符。"],
  [/^The (?:body|query|path|headers|input) is not as described in \/api\/docs\.$/, "提交的内容不符合要求。"],
  [/^The file is not audio or video\.$/, "这个文件不是音频或视频。"],
  [/^Upload a recording as (.+)\.$/, "请上传这些格式的录音：$1。"],
  [/^The file has no sound\.$/, "这个文件没有声音。"],
  [/^Upload a recording with at least one audio track\.$/, "请上传至少有一条音轨的录音。"],
  [/^The file is encrypted \(DRM\)\.$/, "这个文件是加密的（DRM）。"],
  [/^Upload the unprotected original; .*$/, "请上传未加密的原始文件；购买或租借的版本不能使用。"],
  [
    /^The file is truncated: it promises (\S+) s but ends after (\S+) s\.$/,
    "文件不完整：标称 $1 秒，到 $2 秒就断了。",
  ],
  [/^The file is truncated: it holds (\d+) of (\d+) bytes\.$/, "文件不完整：应有 $2 字节，只有 $1 字节。"],
  [/^The file is truncated: its index is missing\.$/, "文件不完整：缺少索引。"],
  [
    /^The file is truncated or damaged: only (\S+) of (\S+) s could be decoded\.$/,
    "文件不完整或已损坏：$2 秒中只能解码 $1 秒。",
  ],
  [
    /^The end is missing, as after a broken copy or recording\..*$/,
    "缺少结尾，可能是复制或录制中断；请重新上传，仍失败请重新导出录音。",
  ],
  [
    /^Upload the file again; if it fails again, export the recording anew\.$/,
    "请重新上传；仍失败请重新导出录音。",
  ],
  [/^The recording is empty: its duration is zero\.$/, "录音是空的：时长为零。"],
  [/^The recording lasts (\d+) ms; at least (\d+) ms are needed\.$/, "录音只有 $1 毫秒，至少需要 $2 毫秒。"],
  [/^The recording lasts (\S+) s but holds only (\S+) s of sound\.$/, "录音标称 $1 秒，实际只有 $2 秒声音。"],
  [/^The recording is longer than 12 hours\.$/, "录音超过 12 小时。"],
  [/^Cut it into parts and upload those\.$/, "请分段后上传。"],
  [/^There is no audible sound in the recording \((.+)\)\.$/, "录音里没有听得见的声音（$1）。"],
  [/^Listen to the file; check the microphone.*$/, "请试听文件，检查话筒和导出的音轨后重新上传。"],
  [/^The upload is empty\.$/, "上传的文件是空的。"],
  [/^Send the file itself as the request body\.$/, "请选择有内容的文件。"],
  [/^The upload was cut off after .*$/, "上传中途断开。"],
  [/^Upload it again\.$/, "请重新上传。"],
  [/^The check of the file was interrupted\.$/, "文件检查被中断。"],
  [/^The upload is larger than the (\d+) bytes allowed\.$/, "上传的文件超过允许的 $1 字节。"],
  [
    /^Send a compressed copy .*$/,
    "请上传压缩后的版本（语音用 128 kbit/s 的 MP3 或 M4A 足够），或请管理员放宽限制。",
  ],
  [/^The server's disk is full\.$/, "服务器磁盘已满。"],
  [/^Tell the administrator\.$/, "请告知管理员。"],
  [/^Maximum size exceeded$/, "文件超过允许的大小。"],
  [/^Upload-Offset conflict$/, "服务器收到的进度与这里不同，会重新核对。"],
  [/^There is no room for an upload of .*$/, "服务器空间不足，放不下这个文件。"],
  [
    /^Collect what nothing needs any more .*$/,
    "请清理媒体库里不再需要的内容，或请管理员增加空间。已排定的内容照常播出。",
  ],
  [/^Another recording was put there while this one was arriving\.$/, "传送期间，这个位置已放入别的录音。"],
  [/^The segment "(.*)" was removed while its recording was arriving\.$/, "传送期间，板块“$1”被删除了。"],
  [/^The recording is in the media library as .*$/, "录音已完整存入媒体库，可以仍用它，或重新上传。"],
  [/^There is nothing in the text that could be said\.$/, "文字里没有可以读出来的内容。"],
  [/^Write words or numbers\.$/, "请写文字或数字。"],
  [/^Several texts are being spoken already\.$/, "正在合成的文字太多。"],
  [/^The server cannot speak with "(.*)"\.$/, "服务器没有可用的语音程序（$1）。"],
  [/^The speech engine did not answer within (\d+) s\.$/, "语音引擎在 $1 秒内没有答复。"],
];

/**
 * Why a broadcast is not ready, was missed or cancelled; why a recording can't be approved.
 * @param {string} text
 * @returns {string}
 */
export function reasonText(text) {
  for (const [pattern, key] of REASONS) {
    const match = pattern.exec(text);
    if (match) return t(key, Object.fromEntries(match.slice(1).map((part, index) => [index, part])));
  }
  return text;
}

/**
 * Why a device did not play to the end: `type: reason`, as its last record says.
 * @param {string} text
 */
export function endingText(text) {
  const match = /^(\w+): ([^]*)$/.exec(text);
  const [, type = "", why = ""] = match ?? [];
  if (!knows(`ending.${type}`)) return text;
  if (why === "no reason given") return t(`ending.${type}`, { why: t("why.none") });
  return t(`ending.${type}`, { why: knows(`why.${why}`) ? t(`why.${why}`) : why });
}

/**
 * A sentence of a problem document.
 * @param {string} text
 * @returns {string}
 */
export function sentence(text) {
  if (currentLanguage() === "en") return text;
  for (const [pattern, chinese] of SENTENCES) if (pattern.test(text)) return text.replace(pattern, chinese);
  const named = /^([^:]+): (.+)$/.exec(text);
  const reason = reasonText(named?.[2] ?? text);
  return named && reason !== named[2] ? `${named[1]}：${reason}` : text;
}
