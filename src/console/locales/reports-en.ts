import type { reportsZh } from "./reports-zh.ts";

/** The texts of the reports. */
export const reportsEn: Record<keyof typeof reportsZh, string> = {
  "reports.title": "Reports",
  "reports.tabs": "The reports",
  "reports.broadcasts": "Broadcast register",
  "reports.broadcastsHint":
    "Every broadcast of the month: what, for whom, with which proof, by whose signatures, and why it was stopped. The printed form has places to sign.",
  "reports.broadcastsNone": "Nothing was or will be on air in that month.",
  "reports.broadcastsNoneHint": "Choose another month. Broadcasts come from the schedules in the calendar.",
  "reports.approvals": "Approval register",
  "reports.approvalsHint":
    "Every submission, signature, return and withdrawal of the month, and what edits voided.",
  "reports.approvalsNone": "Nothing was submitted or signed in that month.",
  "reports.approvalsNoneHint": "Choose another month. Content is submitted on the pages of the programmes.",
  "reports.proof": "Proof of play",
  "reports.proofHint":
    "What devices reported themselves, by town, nothing inferred: each device counts once for each broadcast, in every column that it reached.",
  "reports.proofNone": "No broadcast of that month is over yet.",
  "reports.proofNoneHint": "They are counted when they are over; what is on air is on Today.",
  "reports.proofOf": "Broadcasts that are over: {count}. What was cancelled or stopped is not counted.",
  "reports.attendance": "Attendance",
  "reports.attendanceHint":
    "Every lecture of the month that has begun, with how many were there by town; villages, check-in sheets and wishes are on its own page.",
  "reports.attendanceNone": "No lecture of that month has begun.",
  "reports.attendanceNoneHint": "Choose another month, or see in the calendar when the next one is.",
  "reports.privacy": "Here are numbers alone, no names. A mean is shown of five ratings and more.",
  "reports.privacyNames":
    "Here are numbers alone, no names. The list of who checked in is personal data: download it where the work needs it, and delete it after; each download is on record, and names are forgotten when their time is over.",
  "reports.toLecture": "Villages, check-in sheets and wishes",
  "reports.monthBefore": "Month before",
  "reports.monthAfter": "Month after",
  "reports.print": "Print the form",
  "reports.csv": "Download for Excel (CSV)",
  "reports.notAll": "{count} are shown; the form and the download have all of the month.",
  "reports.targets": "For",
  "reports.proved": "Started / finished",
  "reports.provedOf": "{started} / {finished} of {devices}",
  "reports.silent": "{count} said nothing",
  "reports.by": "Signed or asked by",
  "reports.asked": "asked by {name}",
  "reports.confirmed": "confirmed by {name}",
  "reports.ended": "Stopped or not aired",
  "reports.stopped": "stopped by {name}, {time}",
  "reports.act": "What was done",
  "reports.digest": "Digest",
  "reports.expected": "Expected",
  "reports.unknown": "Nothing reported",
};
