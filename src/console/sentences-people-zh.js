/** Part of sentences-zh.js: about people, roles and signing in. @type {Record<string, string>} */
export const PEOPLE_SENTENCES = {
  "What is heard at once takes a sign-in with a second factor.": "立即播出需要经双重验证的登录。",
  "Set it up under My account: it takes an authenticator app and a minute.":
    "请在“我的账号”里设置：只需验证器应用和一分钟。",
  'This token is not for "{}".': "这个令牌不能用于“{0}”。",
  "A person does it, signed in with the own password.": "须由本人用密码登录后操作。",
  "Make a token with this scope, or sign in.": "请新建含此事项的令牌，或登录后操作。",
  "Your roles do not include this.": "您的角色不包括这项操作。",
  "Ask who has the role: {}. An administrator gives roles, under People.":
    "请找有此角色的同事：{0}。角色由管理员在“人员”页授予。",
  "This is outside your area: {}.": "超出您的管理范围：{0}。",
  "Ask the town that it is in, or the county.": "请联系所属镇街或县里。",
  "POST /api/v1/sign-in with name and password.": "请用用户名和密码登录。",
  "This token is not valid, or not any more.": "这个令牌无效，或已失效。",
  "Make a new one in the console under My account.": "请在控制台“我的账号”里新建。",
  '"{}" is done in person, never by a script.': "“{0}”须由本人操作，不能交给脚本。",
  'Your own roles do not include "{}".': "您自己的角色不包括“{0}”。",
  '"{}" is heard at once: only who signed in with a second factor hands it to a script.':
    "“{0}”会立即播出：只有经双重验证登录的人才能交给脚本。",
  "Set up your second factor first.": "请先设置双重验证。",
  "Too much was wrong; the next attempt is in {} seconds.": "错误次数太多，请过 {0} 秒再试。",
  "Wait. Who has forgotten the password gets a new invitation from an administrator.":
    "请稍候。忘记密码请向管理员要新的设密链接。",
  "The password has fewer than {} characters.": "密码不足 {0} 个字符。",
  "A sentence that only you would say is easy to keep in mind.": "一句只有您会说的话最好记。",
  "The password contains the user name.": "密码里含有用户名。",
  "Take one that has nothing to do with you.": "请换一个与您本人无关的。",
  "The password would be guessed soon: it is a common one, or a pattern.":
    "这个密码很快会被猜到：太常见，或有规律。",
  "Take four words that have nothing to do with each other, or let a password manager make one.":
    "请用四个毫不相干的词，或由密码管理器生成。",
  "This role is for one area.": "这个角色要限定地区。",
  "Choose the town that it is for.": "请选择它管理的镇街。",
  "This role is for the whole county.": "这个角色面向全县。",
  "Leave the area out.": "请不要填地区。",
  "Import the region first.": "请先导入地区。",
  "This is the last administrator.": "这是最后一位管理员。",
  "Make another person administrator first; an invitation counts once it is accepted.":
    "请先让另一人成为管理员；邀请在对方设好密码后才算。",
  "This invitation does not hold any more: it was used, or is too old.": "这个邀请已失效：用过了，或已过期。",
  "Ask an administrator for a new one.": "请向管理员要新的。",
  'There is a person called "{}" already.': "已有叫“{0}”的人员。",
  "Choose another name, or give the roles to that person.": "请换个用户名，或把角色授予该人员。",
  "This account is disabled.": "这个账号已停用。",
  "Enable it first.": "请先启用。",
  "Ask an administrator.": "请联系管理员。",
  "The new password is the old one.": "新密码与旧密码相同。",
  'There is no person called "{}".': "没有叫“{0}”的人员。",
  "There is a second factor already.": "已经设置了双重验证。",
  "Remove it first, with one of its codes or a recovery code.": "请先用动态码或恢复码取消它。",
  "No second factor is being set up.": "没有正在设置的双重验证。",
  "Begin anew.": "请重新开始。",
  "The code is not right.": "动态码不对。",
  "Type the newest one; the telephone's clock must set itself by the network.":
    "请输入最新的动态码；手机时间要设为自动校准。",
  "This account asks for a code as well.": "这个账号还需要动态码。",
  "Open the authenticator app and type the code that it shows, or one of the recovery codes.":
    "请打开验证器应用，输入它显示的动态码，或一个恢复码。",
  "The current password is not right.": "当前密码不对。",
  "The code is not right, or was used before.": "动态码不对，或已用过。",
  "Wait for the next code of the app; the telephone's clock must set itself by the network.":
    "请等下一个动态码；手机时间要设为自动校准。",
};

/** @type {Record<string, string>} */
export const PEOPLE_WORDS = {
  administrator: "管理员",
  editor: "编辑",
  "reviewer-1": "初审",
  "reviewer-2": "复审",
  "reviewer-3": "终审",
  scheduler: "排期",
  "town-admin": "镇街管理员",
  auditor: "审计",
};
