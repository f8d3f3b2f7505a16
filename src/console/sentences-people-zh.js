/** Part of sentences-zh.js: about people, roles and signing in. @type {Record<string, string>} */
export const PEOPLE_SENTENCES = {
  "SECOND_FACTOR is optional: a password alone is enough to interrupt what is heard.":
    "SECOND_FACTOR 设为 optional：只凭密码就能打断播出。",
  "ACCESS_SETTLES_HOURS is {} instead of {}: whoever lets somebody in counts as another person after that.":
    "ACCESS_SETTLES_HOURS 设为 {0} 小时（出厂值 {1}）：此后开通账号的人与被开通的人即视为两个人。",
  "COUNTY_WIDE_PERCENT is {} instead of {}: what no more of a county would hear in its quiet hours takes one person.":
    "COUNTY_WIDE_PERCENT 设为 {0}（出厂值 {1}）：静音时段内播出范围不超过全市这一比例的，一人即可发起。",
  "You signed in at the provider too long ago for this.": "您在认证平台登录的时间过早。",
  "Sign in again, and give your password at the provider.": "请重新登录，并在认证平台输入密码。",
  "The account that was linked with yours has not confirmed it yet.": "与您关联的账号还没有确认这个关联。",
  "Sign in here with the account's own name and password, and confirm the link under My account.":
    "请用该账号自己的用户名和密码登录，在“我的账号”里确认关联。",
  "This sign-in lacks the code that this account asks for.": "本次登录还缺这个账号要求的动态码。",
  "Open the authenticator app and give its code: POST /api/v1/me/second-factor/use.":
    "请打开动态码应用并输入动态码：POST /api/v1/me/second-factor/use。",
  "What is heard at once takes a sign-in with a second factor.": "立即播出需要经双重验证的登录。",
  "Your roles can interrupt what is heard, so this takes a sign-in with a second factor.":
    "您的角色可以打断播出，此操作需要经双重验证的登录。",
  "Make another token, in a sign-in with a second factor.": "请在经双重验证的登录中另建一个令牌。",
  "Under My account: set one up, or add its code to this sign-in.":
    "请在“我的账号”里设置，或为本次登录输入动态码。",
  "Set it up under My account: it takes an authenticator app and a minute.":
    "请在“我的账号”里设置：只需验证器应用和一分钟。",
  'This token is not for "{}".': "这个令牌不能用于“{0}”。",
  "A person does it, signed in with the own password.": "须由本人用密码登录后操作。",
  "Your own second factor is not removed here.": "不能在这里取消自己的双重验证。",
  "Remove it under My account, with a code. Who has lost it asks another administrator.":
    "请在“我的账号”中凭动态码取消；手机丢失的，请找另一位管理员。",
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
  "This role is for the whole county.": "这个角色面向全市。",
  "Leave the area out.": "请不要填地区。",
  "Import the region first.": "请先导入地区。",
  "This is the last administrator.": "这是最后一位管理员。",
  "Make another person administrator first; an invitation counts once it is accepted.":
    "请先让另一人成为管理员；邀请在对方设好密码后才算。",
  "This invitation does not hold any more: it was used, or is too old.": "这个邀请已失效：用过了，或已过期。",
  "Ask an administrator for a new one.": "请向管理员要新的。",
  "The name has signs that are not seen, or that look like others.":
    "姓名中有看不见的字符，或与别的字符相像的字符。",
  'Write it as "{}".': "请写成“{0}”。",
  "Type it anew.": "请重新输入。",
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
  "There is no second factor to confirm by.": "还没有设置双重验证，无法验证。",
  "Nobody signs in with a password here.": "这里不用密码登录。",
  "Sign in at the provider, by its button on the sign-in page.": "请用登录页上的统一认证按钮登录。",
  "This takes a sign-in of the last ten minutes.": "须在最近十分钟内登录过。",
  "Sign out, sign in again at the provider, and come back here.": "请退出，用统一认证重新登录，再回到这里。",
  "You have no password here: you sign in at the provider.": "您在这里没有密码：您用统一认证登录。",
  "Change it there.": "请在统一认证那里更改。",
  "There is no sign-in provider here.": "这里没有接入统一认证。",
  "Sign in with a name and a password; docs/people.md says how to set a provider up.":
    "请用用户名和密码登录；接入方法见 docs/people.md。",
  "docs/people.md says how to set one up.": "接入方法见 docs/people.md。",
  '"{}" is linked with the provider already.': "“{0}”已与统一认证关联。",
  "Remove that link first.": "请先解除那个关联。",
  "This person is not linked with a provider.": "该人员没有与统一认证关联。",
  "This sign-in was not begun in this browser, or more than ten minutes ago.":
    "这次登录不是在本浏览器里开始的，或已超过十分钟。",
  "Sign in again, from the button of the sign-in page.": "请用登录页上的按钮重新登录。",
  'The provider knows you as "{}", but no role here is for your groups.':
    "统一认证中您是“{0}”，但您所在的分组在这里没有角色。",
  "Ask an administrator, or whoever keeps the groups at the provider; then sign in again.":
    "请联系本系统管理员，或统一认证的分组管理员，然后重新登录。",
  'There is a person called "{}" already, who signs in otherwise.': "已有叫“{0}”的人员，用别的方式登录。",
  'Ask an administrator to link that account with yours, if it is yours. At the provider you are "{}".':
    "如果那是您的账号，请让管理员把它与您关联。您在统一认证中的标识是“{0}”。",
  "The provider's answer is from another time: it has expired, or its clock and this server's differ.":
    "统一认证的答复时间不对：已过期，或两边的时钟不一致。",
  "Sign in again; if it happens again, tell the administrator to set both clocks by the network.":
    "请重新登录；仍不行请告知管理员把两边的时钟设为自动校准。",
  "The provider's answer is for another sign-in, or for another server.":
    "统一认证的答复属于另一次登录，或另一台服务器。",
  "Sign in again.": "请重新登录。",
  "The answer cannot be trusted: it does not hold what the provider must answer.":
    "这个答复不可信：不符合统一认证应有的内容。",
  "Sign in again; if it happens again, tell the administrator, who finds the reason in the server's log.":
    "请重新登录；仍不行请告知管理员，原因在服务器日志里。",
  "The sign-in provider cannot be reached, or is not well.": "统一认证连不上，或不正常。",
  "Try again in a minute; tell the administrator if it goes on. Everything else goes on meanwhile.":
    "请过一分钟再试；仍不行请告知管理员。其他一切照常。",
  "The sign-in was refused, or called off, at the provider.": "统一认证拒绝了这次登录，或登录被取消。",
  "Sign in again, or ask whoever keeps the accounts there.": "请重新登录，或联系统一认证的账号管理员。",
  'The provider did not sign you in: it answers "{}".': "统一认证没有让您登录：答复是“{0}”。",
  "Sign in again; if it happens again, tell the administrator what it answers.":
    "请重新登录；仍不行请把这个答复告知管理员。",
  "This sign-in was used already, or took too long.": "这次登录已用过，或用时太长。",
  'The provider refuses this server: it answers "{}".': "统一认证拒绝了本服务器：答复是“{0}”。",
  "Tell the administrator: the client's id, its secret or its address at the provider is not right.":
    "请告知管理员：在统一认证登记的客户端标识、密钥或回调地址不对。",
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
