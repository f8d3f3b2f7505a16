/** What the check-in page says. Chinese, unless the browser is set to English first. */

/** @type {Record<"zh" | "en", Record<string, string>>} */
export const WORDS = {
  zh: {
    title: "签到",
    loading: "正在打开……",
    site: "签到地点：{site}",
    startsAt: "开课时间：{at}",
    checkIn: "签到",
    "checkIn.early": "签到从 {at} 开始。",
    "checkIn.closed": "签到已结束。",
    name: "姓名",
    branch: "所在党支部",
    branchOf: "{site}党支部",
    send: "签到",
    sending: "正在提交……",
    checkedIn: "{name}，已签到。",
    another: "没有手机的同志，可以接着在这里签到。",
    keeps:
      "只记录姓名和党支部，用于统计到课情况，最长保存 {days} 天。需要查询或删除，请向镇街或组织部门提出。",
    feedback: "课后留言",
    "feedback.early": "课程结束（{at}）后，可以在这里打分、留言。",
    "feedback.closed": "留言已结束。",
    rating: "这一课怎么样？",
    "rating.least": "1 不满意",
    "rating.most": "5 很满意",
    wish: "下次想学什么？（可不填）",
    anonymous: "不记名：不记录姓名、时间和村，也不会与签到放在一起。留言里请不要写姓名。",
    sendFeedback: "提交留言",
    thanks: "已收到，谢谢。",
    unknownAddress: "这个签到地址无效。请重新扫描屏幕或纸上的二维码。",
    notAccepted: "填写的内容不能提交：请检查有没有错字或看不见的字符。",
    tooMany: "现在提交的人太多，请过一分钟再试。",
    offline: "没有连上网络，内容还在，请稍后再按一次。",
    failed: "服务器没有收下，请稍后再按一次。",
    tryAgain: "再试一次",
  },
  en: {
    title: "Check-in",
    loading: "Opening…",
    site: "Place: {site}",
    startsAt: "Begins: {at}",
    checkIn: "Check in",
    "checkIn.early": "Check-in opens {at}.",
    "checkIn.closed": "Check-in is closed.",
    name: "Name",
    branch: "Party branch",
    branchOf: "{site}党支部",
    send: "Check in",
    sending: "Sending…",
    checkedIn: "{name} is checked in.",
    another: "Somebody without a phone can check in here, too.",
    keeps:
      "Only name and branch are kept, to count who was there, for {days} days at most. Ask the town or the organization department to see or erase yours.",
    feedback: "Feedback",
    "feedback.early": "When the class is over ({at}), you can rate it here.",
    "feedback.closed": "Feedback is closed.",
    rating: "How was the class?",
    "rating.least": "1 poor",
    "rating.most": "5 very good",
    wish: "What do you wish to learn next? (optional)",
    anonymous:
      "Anonymous: no name, time or village is kept, and nothing is put together with a check-in. Please write no names.",
    sendFeedback: "Send feedback",
    thanks: "Received, thank you.",
    unknownAddress:
      "This check-in address is not in force. Scan the code on the screen or the sheet once more.",
    notAccepted: "This cannot be sent: look for mistakes or characters that cannot be seen.",
    tooMany: "Too many are sending at the moment; try again in a minute.",
    offline: "There is no connection. Nothing is lost; press again in a moment.",
    failed: "The server has not taken it; press again in a moment.",
    tryAgain: "Try again",
  },
};

const isEnglish = globalThis.navigator?.language?.startsWith("en") ?? false;
const words = WORDS[isEnglish ? "en" : "zh"];
/** BCP 47. */
export const LOCALE = isEnglish ? "en-GB" : "zh-CN";

/** @param {string} key @param {Record<string, string | number>} [values] @returns {string} */
export function say(key, values = {}) {
  const text = words[key];
  if (text === undefined) throw new Error(`There are no words for "${key}".`);
  return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}
