/** The faults that a box tells, in Chinese; the innermost reason stays as the program that failed said it. */
const SENTENCES: readonly (readonly [RegExp, string])[] = [
  [/^the disk is full; what is left is kept for the journal$/, "磁盘已满，剩余空间留给播出记录"],
  [/^the disk fails$/, "磁盘故障"],
  [/^media (\w+): no room: (.+) are needed, (.+) are left for media$/, "内容 $1 没有空间：需要 $2，只剩 $3"],
  [/^media (\w+): (.+)$/, "内容 $1 下载失败：$2"],
  [/^the output (.+?) failed: (.+)$/, "声音输出 $1 失败：$2"],
  [/^the stop button is pressed: nothing sounds$/, "停止按钮被按下，全部静音"],
  [/^the stop button cannot be read: (.+)$/, "停止按钮无法读取：$1"],
  [/^it plays, but the sensor finds no sound$/, "正在播放，但传感器没有测到声音"],
  [/^the (\w+) loop stood still and was restarted$/, "运行环节 $1 停滞，已重新启动"],
  [/^the bundle (.+?) was not taken: (.+)$/, "离线包 $1 没有导入：$2"],
];

export function faultInChinese(fault: string): string {
  const known = SENTENCES.find(([pattern]) => pattern.test(fault));
  return known ? fault.replace(...known) : fault;
}
