/** Part of sentences-zh.js: about devices, their settings and what they report. @type {Record<string, string>} */
export const DEVICE_SENTENCES = {
  "Somebody else changed the settings of this device meanwhile.": "这台终端的设定刚刚被别人改过。",
  "They are at version {} now: look at them and repeat your change.": "现在是第 {0} 版：请查看后再修改。",
  "This device is revoked: nothing reaches it any more.": "这台终端已吊销，联系不上了。",
  "Only an enrolled device has a playlist.": "只有已登记的终端才有节目单。",
  "Enrol it with its code first.": "请先用登记码登记。",
  "Create a new device for the replacement.": "请为替换的设备新建终端。",
  'There is no software channel "{}".': "没有软件通道“{0}”。",
  "Make the channel first.": "请先新建通道。",
  "{} devices are in this software channel.": "这个软件通道里还有 {0} 台终端。",
  "Put them into another channel first, or into none.": "请先把它们换到别的通道，或移出通道。",
  "Say which version of the settings the change is meant for.": "请说明修改针对设定的哪一版。",
  "Send If-Match with the ETag that GET answered, or * to overwrite whatever is there.":
    "请带上 If-Match：值为 GET 返回的 ETag，或用 * 直接覆盖。",
  "Name the devices, or the regions that they are in.": "请指定终端，或它们所在的地区。",
  "One of the two, not both.": "二者选一。",
  "another record is stored under this boot and number: a second device with the same identity, or a lost journal":
    "这次启动的这个序号已存有另一条记录：有第二台设备冒用同一身份，或设备丢了日志",
};
