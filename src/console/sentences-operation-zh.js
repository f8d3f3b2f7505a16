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
  "The server holds sample data, to which no device is added.": "现在有样例数据，不能接入终端。",
  "Remove the sample data first: an administrator does it in the bar over every page.":
    "请先移除样例数据：管理员在每一页上方的样例栏里移除。",
  "There is sample data already.": "已经有样例数据了。",
  "Remove it first to make it anew.": "要重新放入，请先移除。",
  "There are devices: sample data is for a county that has none yet.":
    "已有终端：样例数据只能放进还没有终端的全新系统。",
  "There is content: sample data is for a county that has none yet.":
    "已有内容：样例数据只能放进还没有内容的全新系统。",
  "The codes of the sample's regions are taken.": "样例地区的代码已被占用。",
  "Look at sample data on a second server, with a DATA_DIR and a MEDIA_DIR of its own.":
    "请另起一台服务器看样例，用它自己的 DATA_DIR 和 MEDIA_DIR。",
  "There is no sample data.": "没有样例数据。",
  "Something else still uses the sample data.": "还有别的东西在用样例数据。",
  "See to what is named, then remove it again.": "请先处理下面列出的，再移除。",
  "{} is on air: stop it, or wait for its end.": "{0} 正在播出：请停播，或等它播完。",
  "{} stands or waits: end it first.": "{0} 正在生效或等待确认：请先结束它。",
  "The schedule {} is for regions of the sample, too: take them out of it.":
    "排期“{0}”也排到了样例地区：请从中去掉。",
  "{} has a role for a region of the sample: take it back.": "{0} 有样例地区的角色：请收回。",
  "This is not the nextCursor of a page.": "这不是上一页给出的 nextCursor。",
};
