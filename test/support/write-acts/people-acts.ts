import { TOTP } from "otpauth";
import { type Operator, ProblemError, signIn } from "../../../scripts/operator-client.ts";
import { openBrowser } from "../oidc-browser.ts";
import { accept, everywhere, invite, newPerson, PASSWORD, tokenIn } from "../people.ts";
import { type House, hashOf, type Story } from "./house.ts";

const NONE = (table: string, column = "id") =>
  `SELECT NOT EXISTS (SELECT 1 FROM ${table} WHERE ${column} = ?)`;
const SIGNED_IN = "SELECT 1 FROM sign_ins WHERE token_hash = ?";

/** Who a browser's cookie says that it is. */
const cookieOf = ({ credentials }: Operator): string =>
  hashOf(/ccx_sign_in=([^;]+)/.exec(credentials["cookie"] ?? "")?.[1] ?? "");

/** Somebody new; their id beside. */
async function somebody(house: House, ...roles: Parameters<typeof everywhere>) {
  const name = `人员${house.next()}`;
  const operator = await newPerson({ url: house.url, operator: house.admin }, name, everywhere(...roles));
  return { name, operator, id: house.read<string>("SELECT id FROM users WHERE name = ?", name) };
}

export const isInvited: Story = async ({ admin, url, next, did, forNow }) => {
  const name = `受邀${next()}`;
  const { person } = await invite({ operator: admin }, name, everywhere("editor"));
  did("POST /people", "SELECT 1 FROM users WHERE id = ?", person.id);
  const again = await admin.post<{ url: string }>(`/people/${person.id}/invitation`);
  const token = tokenIn(again.url);
  await forNow(
    did("POST /people/{}/invitation", "SELECT 1 FROM invitations WHERE token_hash = ?", hashOf(token)),
  );
  await accept(url, token);
  did("POST /invitations/accept", "SELECT password_hash IS NOT NULL FROM users WHERE id = ?", person.id);
};

export const isManaged: Story = async (house) => {
  const { admin, did, forNow } = house;
  const { id, operator } = await somebody(house, "editor");
  const path = `/people/${id}`;
  await admin.put(`${path}/roles`, { roles: everywhere("editor", "auditor") });
  did("PUT /people/{}/roles", "SELECT roles LIKE '%auditor%' FROM users WHERE id = ?", id);

  await admin.put(`${path}/identity`, { subject: `s-${id}` });
  const linked = did("PUT /people/{}/identity", "SELECT 1 FROM identities WHERE user_id = ?", id);
  await operator.post("/me/identity/confirm", { currentPassword: PASSWORD });
  const isConfirmed = "SELECT confirmed_at IS NOT NULL FROM identities WHERE user_id = ?";
  await forNow(did("POST /me/identity/confirm", isConfirmed, id));
  linked();
  await admin.remove(`${path}/identity`);
  did("DELETE /people/{}/identity", NONE("identities", "user_id"), id);

  // What the link's end ended is begun anew.
  const again = await signIn(operator.url, house.read("SELECT name FROM users WHERE id = ?", id), PASSWORD);
  const token = await ownToken(again, house);
  await admin.remove(`${path}/tokens/${token}`);
  did("DELETE /people/{}/tokens/{}", NONE("api_tokens"), token);
  await secondFactor(again, id, house, PASSWORD);
  await admin.remove(`${path}/second-factor`);
  did("DELETE /people/{}/second-factor", NONE("second_factors", "user_id"), id);

  const last = await signIn(operator.url, house.read("SELECT name FROM users WHERE id = ?", id), PASSWORD);
  const signInId = house.read<string>("SELECT id FROM sign_ins WHERE token_hash = ?", cookieOf(last));
  await admin.remove(`${path}/sign-ins/${signInId}`);
  did("DELETE /people/{}/sign-ins/{}", NONE("sign_ins"), signInId);

  await admin.post(`${path}/disable`);
  await forNow(did("POST /people/{}/disable", "SELECT disabled_at IS NOT NULL FROM users WHERE id = ?", id));
  await admin.post(`${path}/enable`);
  did("POST /people/{}/enable", "SELECT disabled_at IS NULL FROM users WHERE id = ?", id);
};

/** For a moment. @returns its id */
async function ownToken(operator: Operator, { did, forNow }: House): Promise<string> {
  const { id } = await operator.postAnew<{ id: string }>("/me/tokens", {
    label: "脚本",
    scopes: ["timetable:read"],
    expiresInDays: 1,
  });
  await forNow(did("POST /me/tokens", "SELECT 1 FROM api_tokens WHERE id = ?", id));
  return id;
}

/** Sets one up, for a moment. @returns recovery codes */
async function secondFactor(operator: Operator, id: string, house: House, currentPassword: string) {
  const { did, forNow } = house;
  const { secret } = await operator.post<{ secret: string }>("/me/second-factor", { currentPassword });
  const begun = did("POST /me/second-factor", "SELECT 1 FROM second_factors WHERE user_id = ?", id);
  const code = new TOTP({ secret }).generate();
  const { recoveryCodes } = await operator.post<{ recoveryCodes: string[] }>("/me/second-factor/confirm", {
    code,
  });
  await forNow(
    did(
      "POST /me/second-factor/confirm",
      "SELECT confirmed_at IS NOT NULL FROM second_factors WHERE user_id = ?",
      id,
    ),
  );
  begun();
  return recoveryCodes;
}

export const keepsTheAccount: Story = async (house) => {
  const { did, forNow, read, url } = house;
  const { id, name, operator } = await somebody(house, "editor");
  const token = await ownToken(operator, house);
  await operator.remove(`/me/tokens/${token}`);
  did("DELETE /me/tokens/{}", NONE("api_tokens"), token);

  const other = await signIn(url, name, PASSWORD);
  await forNow(did("POST /sign-in", SIGNED_IN, cookieOf(other)));
  const otherId = read<string>("SELECT id FROM sign_ins WHERE token_hash = ?", cookieOf(other));
  await operator.remove(`/me/sign-ins/${otherId}`);
  did("DELETE /me/sign-ins/{}", NONE("sign_ins"), otherId);

  const before = read<string>("SELECT password_hash FROM users WHERE id = ?", id);
  const newPassword = "nine villages sing at noon";
  await operator.put("/me/password", { currentPassword: PASSWORD, newPassword });
  did("PUT /me/password", "SELECT password_hash <> ? FROM users WHERE id = ?", before, id);

  const [oneCode, twoCode] = await secondFactor(operator, id, house, newPassword);
  await operator.post("/me/second-factor/use", { code: oneCode });
  const used = did(
    "POST /me/second-factor/use",
    "SELECT second_factor FROM sign_ins WHERE token_hash = ?",
    cookieOf(operator),
  );
  const oldCode = read<string>("SELECT code_hash FROM recovery_codes WHERE user_id = ?", id);
  const { recoveryCodes } = await operator.post<{ recoveryCodes: string[] }>("/me/recovery-codes", {
    currentPassword: newPassword,
    code: twoCode,
  });
  did("POST /me/recovery-codes", NONE("recovery_codes", "code_hash"), oldCode);
  used();
  await operator.post("/me/second-factor/remove", { currentPassword: newPassword, code: recoveryCodes[0] });
  did("POST /me/second-factor/remove", NONE("second_factors", "user_id"), id);

  const last = await signIn(url, name, newPassword);
  await last.remove("/sign-in");
  did("DELETE /sign-in", NONE("sign_ins", "token_hash"), cookieOf(last));
  const stays = await signIn(url, name, newPassword);
  did("POST /sign-in", SIGNED_IN, cookieOf(stays));
};

export const isAway: Story = async (house) => {
  const { admin, did, read } = house;
  const { id, operator } = await somebody(house, "reviewer-1");
  const deputy = await somebody(house, "scheduler");
  const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
  const absence = { role: "reviewer-1", deputy: deputy.name, from: today, until: today };
  await operator.post("/me/deputies", absence);
  did("POST /me/deputies", "SELECT COUNT(*) > 0 FROM deputies WHERE user_id = ?", id);
  const named = read<string>("SELECT id FROM deputies WHERE user_id = ?", id);
  await operator.remove(`/me/deputies/${named}`);
  const isOver = "SELECT ended_at IS NOT NULL FROM deputies WHERE id = ?";
  did("DELETE /me/deputies/{}", isOver, named);
  await operator.post("/me/deputies", absence);
  const again = read<string>("SELECT id FROM deputies WHERE user_id = ? AND ended_at IS NULL", id);
  await admin.remove(`/people/${id}/deputies/${again}`);
  did("DELETE /people/{}/deputies/{}", isOver, again);
};

export const comesFromTheProvider: Story = async ({ provider, url, next, did }) => {
  const subject = `s-${next()}`;
  provider.accounts.set(subject, { preferred_username: `统一认证${subject}`, groups: ["editors"] });
  provider.desk.who = subject;
  const browser = openBrowser(url, `${url}/signed-in`);
  const begun = await browser.begin();
  const { status, body } = await browser.finish(await browser.visit(String(begun.body["url"])));
  if (status >= 400) throw new ProblemError(status, body);
  did("POST /sign-in/oidc", "SELECT 1 FROM identities WHERE subject = ?", subject);
};
