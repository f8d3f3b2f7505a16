import { createHash, randomUUID } from "node:crypto";
import { type Operator, signIn } from "../../scripts/operator-client.ts";
import type { RunningApp } from "./app.ts";
import { FAR_VILLAGE, OTHER_TOWN, TOWN, VILLAGE } from "./fleet.ts";
import type { FurnishedCounty } from "./furnished-county.ts";
import { accept, everywhere, invite, PASSWORD, tokenIn } from "./people.ts";
import { setUpSecondFactor } from "./second-factor.ts";
import { tusClient } from "./tus.ts";

/** Who calls an operation. */
export interface Walker {
  name: string;
  operator: Operator;
}
/** Near is in the town of the town's admin, or one's own; far is in the other town, or somebody else's, and stays. */
type Side = "near" | "far";
/** What an address names: the first of it, and the second. */
type Values = [string] | [string, string];

const VILLAGES = { near: VILLAGE, far: FAR_VILLAGE };
const TOWNS = { near: TOWN, far: OTHER_TOWN };

/** What the operations of the API are about, there already for those that look and made anew for each that may end it. */
export async function addressedObjects(app: RunningApp, county: FurnishedCounty) {
  const { operator } = app;
  const { contents, heard, devices, lecture, post, announced, read } = county;
  let serial = 0;
  const next = (): number => (serial += 1);

  async function begunUpload({ credentials }: Operator): Promise<string> {
    const begun = await tusClient(app.url, credentials).create({ target: "recordings/notice" }, 44);
    return begun.headers.get("location")?.split("/").at(-1) ?? "";
  }

  const own = {
    /** As one made it who has no code at hand. */
    tokens(name: string): string {
      const id = randomUUID();
      county.write(
        `INSERT INTO api_tokens (id, user_id, label, token_hash, scopes, second_factor, created_at, expires_at)
        SELECT ?, users.id, '脚本', ?, '["timetable:read"]', 0, last_seen_at, expires_at
        FROM users JOIN sign_ins ON user_id = users.id WHERE name = ? LIMIT 1`,
        id,
        id,
        name,
      );
      return id;
    },
    async deputies(by: Operator, role: string): Promise<string> {
      const day = county.inTwoDays;
      await by.post("/me/deputies", { role, deputy: "scheduler", from: day, until: day });
      return read("SELECT id FROM deputies ORDER BY created_at DESC LIMIT 1");
    },
    /** Another one, from elsewhere. */
    signIns(name: string): string {
      const id = randomUUID();
      county.write(
        `INSERT INTO sign_ins (id, token_hash, user_id, second_factor, address, agent, created_at, last_seen_at, expires_at)
        SELECT ?, ?, users.id, 0, '192.0.2.1', 'elsewhere', last_seen_at, last_seen_at, expires_at
        FROM users JOIN sign_ins ON user_id = users.id WHERE name = ? LIMIT 1`,
        id,
        id,
        name,
      );
      return id;
    },
  };

  /** Somebody who has what an account can have. */
  async function somebody() {
    const name = `人员${next()}`;
    const { person, invitation } = await invite(app, name, everywhere("reviewer-1"));
    await accept(app.url, tokenIn(invitation.url));
    const by = await signIn(app.url, name, PASSWORD);
    const deputies = await own.deputies(by, "reviewer-1");
    const tokens = own.tokens(name);
    await setUpSecondFactor(by, PASSWORD);
    county.write(
      "INSERT INTO identities (user_id, issuer, subject, roles, created_at) VALUES (?, 'urn:test', ?, '[]', 1)",
      person.id,
      name,
    );
    return { id: person.id, tokens, deputies, "sign-ins": own.signIns(name) };
  }
  const other = await somebody();

  const comments: Record<string, string> = {};
  for (const [kind, id] of Object.entries(contents)) {
    comments[kind] = randomUUID();
    // Nothing can be said of it before it is rendered, for which nobody waits here.
    county.write(
      `INSERT INTO review_comments
        (id, content_kind, content_id, part, part_title, at_ms, text, digest, user_id, created_at)
      VALUES (?, ?, ?, 1, '要闻', 0, '这里重读', ?, ?, 1)`,
      comments[kind],
      kind.slice(0, -1),
      id,
      "0".repeat(64),
      other.id,
    );
  }
  async function ofContent(kind: keyof typeof contents, operation: string): Promise<Values> {
    const id = contents[kind];
    if (operation.includes("/segments/")) return [id, "1"];
    if (operation.includes("/comments/")) return [id, comments[kind] ?? ""];
    if (!operation.includes("/consents/")) return [id];
    const segment = kind === "episodes" ? "党建聚焦" : null;
    const consent = { segment, person: "种粮大户", scope: "广播", validUntil: null, document: "授权书" };
    const { items } = await operator.post<{ items: { id: string }[] }>(`/${kind}/${id}/consents`, consent);
    return [id, items.at(-1)?.id ?? ""];
  }

  type Find = (operation: string, side: Side, walker: Walker) => Values | Promise<Values>;
  const isLooking = (operation: string): boolean => operation.startsWith("GET ");
  const collections: Record<string, Find> = {
    announcements: async (operation, side) => [
      isLooking(operation) ? heard.far : await announced(VILLAGES[side], { upload: true }),
    ],
    async broadcasts(operation, side) {
      if (operation.includes("/attendance/{}")) return [lecture, VILLAGES[side]];
      if (/attendance|feedback/.test(operation)) return [lecture];
      return [operation.endsWith("/stop") ? await announced(VILLAGES[side], { upload: true }) : heard[side]];
    },
    "calendar-links": async () => [await post(`/regions/${VILLAGE}/calendar-links`, { label: "日历" })],
    commands: () => [county.commandId],
    devices: async (operation, side) => [
      isLooking(operation)
        ? devices[side].identity.id
        : await post("/devices", { regionCode: VILLAGES[side], kind: "loudspeaker" }),
    ],
    emergencies: async (operation, side) => [
      isLooking(operation) ? county.emergency : await county.proposed(TOWNS[side]),
    ],
    episodes: (operation) => ofContent("episodes", operation),
    sessions: (operation) => ofContent("sessions", operation),
    jobs: () => [read("SELECT id FROM jobs LIMIT 1")],
    live: async (operation, side) => {
      const id = await announced(VILLAGES[side], { live: { longestMinutes: 1 } });
      return operation.includes("/chunks/") ? [id, "0"] : [id];
    },
    async people(operation, side) {
      const { id, ...has } = isLooking(operation) || side === "far" ? other : await somebody();
      const kind = /\{\}\/(tokens|deputies|sign-ins)\/\{\}/.exec(operation)?.[1];
      return kind === undefined ? [id] : [id, has[kind as keyof typeof has]];
    },
    "media-library/trash": () => {
      const sha256 = createHash("sha256").update(`thrown away ${next()}`).digest("hex");
      county.write(
        "INSERT INTO trash (id, kind, subject, label, reason, rows, trashed_at, expires_at) VALUES (?, 'file', ?, '', '', '{}', 1, 9e12)",
        sha256,
        sha256,
      );
      county.write("INSERT INTO trash_files (trash_id, sha256, bytes) VALUES (?, ?, 1)", sha256, sha256);
      return [sha256];
    },
    programmes: (operation) =>
      operation.includes("/sound/")
        ? [county.programmes.episodes, "signature"]
        : [county.programmes.episodes],
    recordings: () => [county.recording.sha256],
    regions: (_, side) => [TOWNS[side]],
    renditions: () => [county.recording.rendition],
    schedules: () => [county.schedule],
    "software-channels": async () => {
      const channel = `channel-${next()}`;
      await operator.put(`/software-channels/${channel}`, { software: "gateway/1" });
      return [channel];
    },
    uploads: async (_, side, walker) => [await begunUpload(side === "near" ? walker.operator : operator)],
    "me/tokens": (_, side, walker) => [side === "near" ? own.tokens(walker.name) : other.tokens],
    "me/sign-ins": (_, side, walker) => [side === "near" ? own.signIns(walker.name) : other["sign-ins"]],
    "me/deputies": async (_, side, walker) => [
      side === "near" ? await own.deputies(walker.operator, walker.name) : other.deputies,
    ],
  };

  /** What stands for the `{}` of an operation. @throws when there is none of it here */
  return async (operation: string, side: Side, walker: Walker): Promise<Values> => {
    const [, collection = ""] = /^\w+ \/(.+?)\/\{\}/.exec(operation) ?? [];
    const find = collections[collection];
    if (!find) throw new Error(`There is nothing for ${operation}.`);
    return find(operation, side, walker);
  };
}
