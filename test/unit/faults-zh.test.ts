import { expect, test } from "vitest";
import { faultInChinese } from "../../devices/gateway/faults-zh.ts";

test("every fault of a box has its Chinese, and its values stay", () => {
  const faults = [
    "the disk is full; what is left is kept for the journal",
    "the disk fails",
    "media 0123456789abcdef: no room: 4.0 MB are needed, 1.5 MB are left for media",
    "media 0123456789abcdef: the server answered 404",
    "the output rtp 239.255.12.1:5004 failed: ffmpeg ended with 1",
    "the stop button is pressed: nothing sounds",
    "the stop button cannot be read: ENOENT",
    "it plays, but the sensor finds no sound",
    "the player loop stood still and was restarted",
    "the bundle village.ccx.tar was not taken: it is older than what this device has",
  ];
  const said = faults.map(faultInChinese);
  for (const chinese of said) expect(chinese).toMatch(/^[\p{Script=Han}]/u);
  expect(new Set(said).size).toBe(faults.length);
  expect(said[2]).toBe("内容 0123456789abcdef 没有空间：需要 4.0 MB，只剩 1.5 MB");
  expect(said[4]).toBe("声音输出 rtp 239.255.12.1:5004 失败：ffmpeg ended with 1");
  expect(faultInChinese("something new")).toBe("something new");
});
