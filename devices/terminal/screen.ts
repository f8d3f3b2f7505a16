import QRCode from "qrcode";
import type { View } from "./messages.ts";
import { type CheckIn, type Past, type Scene, sceneOf } from "./scene.ts";
import { CLASS_WORDS, countdownText, formats } from "./words.ts";

/** Draws what there is to be read: over the picture, or where there is none. */

const DRAW_EVERY_MS = 200;
const NOTICE_MS = 30_000;
/** Characters; more than that is written smaller. */
const LONG_TEXT = 140;

const find = (id: string): HTMLElement => {
  const element = document.getElementById(id);
  if (!element) throw new Error(`there is no #${id}`);
  return element;
};

export function createScreen(now: () => number) {
  let view: View | null = null;
  /** For the zone of the view: several times a second is too often to make them anew. */
  let inWords = formats("UTC");
  let past: Past | null = null;
  let heldFrom = 0;
  let drawnCode = "";
  let notice = { text: "", until: 0 };

  function put(id: string, text: string): void {
    const element = find(id);
    if (element.textContent !== text) element.textContent = text;
    element.hidden = text === "";
  }

  function drawCode(checkIn: CheckIn | null): void {
    find("check-in").hidden = checkIn === null;
    if (!checkIn) return;
    put("check-in-words", checkIn.isOver ? "扫码打分、留言" : "扫码签到");
    if (checkIn.url === drawnCode) return;
    drawnCode = checkIn.url;
    void QRCode.toCanvas(find("check-in-code") as HTMLCanvasElement, checkIn.url, {
      margin: 2,
      width: 360,
      errorCorrectionLevel: "M",
    });
  }

  function draw(): void {
    if (!view) return;
    const at = now();
    const scene = sceneOf(view, at, past, heldFrom);
    document.body.dataset["scene"] = scene.kind;
    document.body.dataset["class"] = view.onAir?.class ?? "";
    document.body.classList.toggle("untitled", scene.kind === "on-air" && !scene.titled && isPictured());
    drawTime(at);
    drawWords(scene, view);
    drawCode("checkIn" in scene ? scene.checkIn : null);
    put("notice", at < notice.until ? notice.text : "");
    drawFoot(view);
  }

  function drawTime(at: number): void {
    put("clock", inWords.time(at));
    put("date", inWords.date(at));
  }

  function drawWords(scene: Scene, { onAir, next }: View): void {
    const shown = scene.kind === "on-air" || scene.kind === "emergency" ? onAir : next;
    const kind = shown ? CLASS_WORDS[shown.class] : "";
    const programme = shown && shown.programme !== kind ? shown.programme : "";
    put("kind", kind);
    put("programme", [scene.kind === "idle" && shown ? "下一场" : "", programme].filter(Boolean).join(" · "));
    put("title", shown?.title ?? "没有待播的节目");
    const text = scene.kind === "emergency" ? (onAir?.text ?? "") : "";
    put("text", text);
    document.body.classList.toggle("long", text.length > LONG_TEXT);
    put("countdown", scene.kind === "countdown" ? countdownText(scene.leftMs) : "");
    const { time, date } = inWords;
    const isToCome = scene.kind === "idle" && next;
    put("starts", isToCome ? `${date(next.startAt)} ${time(next.startAt)} 开始` : "");
  }

  function drawFoot({ isOnline, clockTrusted, next, deviceId, faults }: View): void {
    const words = [
      isOnline ? "" : "网络已断开，照已收到的节目单播出",
      clockTrusted ? "" : "时间尚未校准",
      next && !next.isCached ? "正在下载下一场节目" : "",
      faults.length > 0 ? `有 ${faults.length} 项故障，详见管理端` : "",
    ].filter(Boolean);
    put("state", words.join(" · "));
    put("device", `终端 ${deviceId}`);
  }

  function show(newer: View): void {
    const was = view?.onAir ?? null;
    if (was?.id !== newer.onAir?.id) {
      heldFrom = now();
      if (was?.checkIn) past = { checkIn: was.checkIn, endedAt: heldFrom };
    }
    if (newer.zone !== view?.zone) inWords = formats(newer.zone);
    view = newer;
    draw();
  }

  setInterval(draw, DRAW_EVERY_MS);
  return {
    show,
    /** Over everything, for half a minute. */
    notify(text: string): void {
      notice = { text, until: now() + NOTICE_MS };
      draw();
    },
    identify(): void {
      if (view) this.notify(`这是终端 ${view.deviceId}`);
    },
  };
}

/** Whether what is on air has a picture; if not, its title stays. */
const isPictured = (): boolean => document.querySelector("video.shown") !== null;
