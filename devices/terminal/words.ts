import type { EnrolmentProblem, Trouble } from "./messages.ts";

/** The terminal stands in village meeting rooms: it speaks Chinese. */
export const ENROLMENT_PROBLEMS: Record<EnrolmentProblem, string> = {
  unreachable: "连不上服务器。请检查网线和网络，再试一次。",
  unknown: "注册码不对或已过期。请核对一遍，或向县里要一个新的注册码。",
  used: "这个注册码已经用过。请向县里要一个新的注册码。",
  "other-kind": "这个注册码不是给视频终端的。请向县里要一个视频终端的注册码。",
  "no-broker":
    "服务器没有给出 WebSocket 消息地址。请让县里在 MQTT_PUBLIC_URL 中加上 ws:// 或 wss:// 地址，再要一个新的注册码。",
  refused: "服务器没有接受这个注册码。请稍后再试，或向县里要一个新的注册码。",
};

export const TROUBLES: Record<Trouble, string> = {
  "another-window": "本机的另一个窗口正在运行终端。请关掉那个窗口，再刷新本页。",
  failed: "终端运行不起来。请重新启动本机；仍不行时，把下面这行字告诉县里。",
};

export const INSECURE =
  "浏览器只允许终端在安全地址上运行。请用 https:// 打开，或在启动参数中加上 --unsafely-treat-insecure-origin-as-secure（见安装说明）。";

export const CLASS_WORDS = {
  daily: "",
  announcement: "通知",
  drill: "应急演练",
  emergency: "应急广播",
} as const;

export const formats = (zone: string) => {
  const of = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat("zh-CN", { timeZone: zone, ...options });
  const time = of({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const date = of({ month: "long", day: "numeric", weekday: "long" });
  return { time: (at: number) => time.format(at), date: (at: number) => date.format(at) };
};

/** What is left until an instant, as people read it: `4:05`, above an hour `1:04:05`. */
export function countdownText(leftMs: number): string {
  const seconds = Math.max(0, Math.ceil(leftMs / 1000));
  const two = (value: number) => String(value).padStart(2, "0");
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}
