/** Part of sentences-zh.js: about backups, the audit log and the server's end. @type {Record<string, string>} */
export const OPERATION_SENTENCES = {
  "There is no backup yet.": "还没有备份。",
  "The last good backup is {} days old.": "最近一份好的备份已是 {0} 天前的。",
  "The last backup names {} media files that are missing or damaged.":
    "最近一份备份提到的音视频文件中有 {0} 个缺少或损坏。",
  "The folder of the backups cannot be read.": "读不到存放备份的文件夹。",
  "A broadcast is on air or begins within ten minutes.": "正在播出，或十分钟内有播出。",
  "Ask again when it is over.": "请等播出结束后再试。",
  "Ask about a device or about a region.": "请指定一台终端或一个地区。",
  "Give one of `device` and `region`.": "`device` 和 `region` 选填其一。",
  "The server is being stopped or restarted.": "服务器正在停止或重启。",
  "Nothing was done. Send it again once the server is back.": "这一步没有执行。请等服务器恢复后再试。",
  "This is not the nextCursor of a page.": "这不是上一页给出的 nextCursor。",
};
