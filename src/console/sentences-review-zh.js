/** Part of sentences-zh.js: about reviews. @type {Record<string, string>} */
export const REVIEW_SENTENCES = {
  "It cannot be submitted yet.": "暂时不能送审。",
  "Submit it when every recording's renditions are ready and have been heard.":
    "请等所有录音转码就绪、检听完成后再送审。",
  "It is approved already.": "已经批准了。",
  "Withdraw the approval first; an edit voids it, too.": "请先撤回批准；修改内容也会使批准失效。",
  "It is under review already and waits for {}.": "已在审签中，正等待{0}。",
  "Wait for it. An edit ends the round, then submit it anew.":
    "请等待；或修改后重新送审（本轮审签随之结束）。",
  "What is there now is not what you heard.": "现在的内容不是您听过的那一份。",
  "Load it again and listen to it. If it says so once more, its editor submits it anew.":
    "请刷新后重新听。如仍这样提示，请编辑重新送审。",
  "It cannot be signed while a rendition of it is being made.": "有转码件正在制作，暂时不能签发。",
  "Wait until all of them are ready; it can be returned meanwhile.": "请等全部就绪；其间可以退回。",
  "A rendition of it was made anew with other bytes, which ended its review.":
    "重新转码后文件与审签时不同，本轮审签已结束。",
  "Devices would be given another file than was signed: {}.": "终端将收到的文件与审签时不同：{0}。",
  "it was let air urgently, and signatures are owed that were due by then": "紧急播出后逾期未补签",
  "devices would be given another file than was signed": "终端将收到的文件与审签时不同",
  "It has not been played through.": "还没有完整听过。",
  "Load it again and listen to all of it, at most at double speed. What was played to you counts for a day.":
    "请刷新后完整听过再签发，最快 2 倍速。听过的部分一天内有效。",
  "heard {} of {}": "已听 {0}，全长 {1}",
  "{} was signed already, by {}.": "{0}已由 {1} 签发。",
  "It waits for {}.": "现在等待的是{0}。",
  "Load it again: each step follows the one before.": "请刷新：各步须依次签发。",
  "Somebody has acted on it since you opened it.": "您打开后，已有人对它做了操作。",
  "Load it again and look at what was done.": "请刷新，看看刚才做了什么。",
  "It was changed by {}, which ended its review.": "{0} 修改了内容，本轮审签已结束。",
  "It waits for its editor to submit it anew; listen to it then.": "请等编辑重新送审后再听。",
  "It was returned by {}.": "已被 {0} 退回。",
  "It waits for its editor to submit it anew.": "请等编辑重新送审。",
  "It is not under review.": "它不在审签中。",
  "Its editor submits it first.": "须由编辑先送审。",
  "{} is for who has the role {}.": "{0}须由有“{1}”角色的人签发。",
  "Ask a colleague with that role, or an administrator for it, under People.":
    "请找有此角色的同事，或请管理员在“人员”页授予。",
  "You have had a part in making it, so others review it.":
    "您参与过它的制作（编辑、送审、录音或配音），须由别人审签。",
  "Ask a colleague who has had no part in making it.": "请没有参与制作的同事审签。",
  "You have signed {} of it already.": "您已签过它的{0}。",
  "Each step takes another person.": "每一步须由不同的人签发。",
  "It is fixed for a broadcast that is on air or about to be.": "它已锁定待播或正在播出，不能修改。",
  "Stop the broadcast, or have the approval withdrawn, and edit it then.":
    "请先停播，或请审签人撤回批准，再修改。",
  "It cannot be heard whole yet.": "它还不能完整收听。",
  "Only a final signature before the others is urgent.": "只有在其他步骤之前的终审签发才算紧急。",
  "Sign without it.": "请按一般方式签发。",
  "{} of it was signed in your place already.": "{0}已有人代您签过。",
  "Whom you stand in for has had a part in it already.": "您所代的人已参与过这个节目。",
  "The consent of who is portrayed is missing, or has ended.": "出镜（出声）人授权缺失或已到期。",
  "Record or renew it, and submit then.": "请先补录或续签授权，再送审。",
  "the consent of who is portrayed is missing": "缺出镜（出声）人授权",
  "the consent of somebody portrayed has ended": "有出镜（出声）人授权已到期",
  "a consent was erased, and none was recorded in its place": "有授权已删除，还没有补录",
  "It takes the place of an erased consent of the same segment, once.":
    "只能补录同一板块中已删除、尚未补录的授权。",
  "It is erased.": "这条授权已删除。",
  "Record another one in its place.": "请补录新的授权。",
  "There is no such segment.": "没有这个板块。",
  "A session has none.": "讲座没有板块。",
  "It has {}.": "它有 {0}。",
  "{} is no segment of this programme.": "{0} 不是这个栏目的板块。",
  "There is no such day.": "没有这一天。",
  "These days have passed.": "这些日子已经过去。",
  "It ends before it begins.": "结束日期早于开始日期。",
  "Nobody stands in for more than {} days.": "代审最长 {0} 天。",
  "Ask for the role itself.": "请直接申请这个角色。",
  "You do not hold the role {} yourself.": "您自己没有“{0}”角色。",
  "Who holds a role names who stands in; who stands in names nobody.":
    "只有本人有此角色才能请人代审，代审人不能再转托。",
  'There is nobody called "{}" who can sign in.': "没有叫“{0}”、可以登录的人。",
  "Look at the name again.": "请核对用户名。",
  "Nobody stands in for themselves.": "不能请自己代审。",
  "Only who does the county's work can stand in.": "只有县里有工作角色的人才能代审。",
  "Auditors and towns do not.": "审计和镇街管理员不能代审。",
  "It has {} parts.": "它共有 {0} 段。",
  "the first review": "初审",
  "the second review": "复审",
  "the final review": "终审",
};

/** @type {Record<string, string>} */
export const REVIEW_WORDS = {
  "The first review": "初审",
  "The second review": "复审",
  "The final review": "终审",
};
