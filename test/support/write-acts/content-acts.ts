import { type Operator, ProblemError } from "../../../scripts/operator-client.ts";
import { hear, signHeard } from "../../../scripts/reviewers.ts";
import type { House, Story } from "./house.ts";

/** Content of its own, without a recording. @returns its address, as `episodes/<id>` */
async function begun({ admin, broadcast, lecture, next, did }: House, kind: "episode" | "session") {
  const number = next();
  const { id } =
    kind === "episode"
      ? await admin.post<{ id: string }>("/episodes", {
          programmeId: broadcast,
          number,
          title: "初稿",
          segments: [{ name: "党建聚焦", title: "要闻" }],
        })
      : await admin.post<{ id: string }>("/sessions", {
          programmeId: lecture,
          number,
          topic: "初稿",
          speakers: [],
          modules: [],
        });
  did(`POST /${kind}s`, `SELECT 1 FROM ${kind}s WHERE id = ?`, id);
  return { id, path: `/${kind}s/${id}`, part: kind === "episode" ? "/segments/1" : "" };
}

const PARTS = {
  episode: { table: "segments", owner: "episode_id", position: "/segments/{}" },
  session: { table: "sessions", owner: "id", position: "" },
} as const;

/** An episode or a session gets its words, its recording, and a consent of who is in it. */
export const editing =
  (kind: "episode" | "session"): Story =>
  async (house) => {
    const { admin, tone, did, forNow } = house;
    const { id, path, part } = await begun(house, kind);
    const { table, owner, position } = PARTS[kind];
    const operation = `/${kind}s/{}`;
    const of = `FROM ${table} WHERE ${owner} = ?`;

    const change = kind === "episode" ? { title: "二稿" } : { topic: "二稿" };
    await admin.patch(path, change);
    did(`PATCH ${operation}`, `SELECT ${Object.keys(change)[0]} = '二稿' FROM ${kind}s WHERE id = ?`, id);
    await admin.put(`${path}${part}/asset`, { sha256: tone.sha256 });
    did(`PUT ${operation}${position}/asset`, `SELECT asset_sha256 = ? ${of}`, tone.sha256, id);
    await admin.put(`${path}${part}/trim`, { fromMs: 500, toMs: 1_800 });
    await forNow(did(`PUT ${operation}${position}/trim`, `SELECT trim_from_ms = 500 ${of}`, id));
    await admin.remove(`${path}${part}/trim`);
    did(`DELETE ${operation}${position}/trim`, `SELECT trim_from_ms IS NULL ${of}`, id);
    await admin.upload(`${path}${part}/recording`, tone.path);
    did(`PUT ${operation}${position}/recording`, `SELECT asset_sha256 = ? ${of}`, tone.sha256, id);

    const consents = `${path}/consents`;
    const { items } = await admin.post<{ items: { id: string }[] }>(consents, {
      segment: kind === "episode" ? "党建聚焦" : null,
      person: "种粮大户",
      scope: "广播",
      validUntil: null,
      document: "授权书",
    });
    const consent = items[0]?.id;
    const given = did(`POST ${operation}/consents`, "SELECT 1 FROM consents WHERE id = ?", consent);
    await admin.patch(`${consents}/${consent}`, { scope: "广播和播客" });
    await forNow(
      did(
        `PATCH ${operation}/consents/{}`,
        "SELECT scope = '广播和播客' FROM consents WHERE id = ?",
        consent,
      ),
    );
    given();
    await admin.remove(`${consents}/${consent}`);
    did(
      `DELETE ${operation}/consents/{}`,
      "SELECT NOT EXISTS (SELECT 1 FROM consents WHERE id = ? AND erased_at IS NULL)",
      consent,
    );
  };

interface Reviewed {
  review: { version: number };
}

/** Another story's signature for the same bytes takes their hearing with it. */
async function signOnceHeard(reviewer: Operator, content: string): Promise<void> {
  try {
    await signHeard(reviewer, content);
  } catch (error) {
    if (!(error instanceof ProblemError && error.message.startsWith("It has not been played through")))
      throw error;
    await hear(reviewer, content);
    await signOnceHeard(reviewer, content);
  }
}

/** One is submitted, commented on, returned, signed by three, and taken back. */
export const reviewing =
  (kind: "episode" | "session"): Story =>
  async (house) => {
    const { admin, reviewers, tone, did, read } = house;
    const { id, path, part } = await begun(house, kind);
    const operation = `/${kind}s/{}`;
    const acts = (act: string) =>
      `SELECT COUNT(*) >= ? FROM review_acts WHERE content_kind = '${kind}' AND content_id = ? AND act = '${act}'`;
    await admin.put(`${path}${part}/asset`, { sha256: tone.sha256 });
    await admin.post(`${path}/submit`);
    did(`POST ${operation}/submit`, acts("submitted"), 1, id);

    const [first = admin] = reviewers;
    await first.post(`${path}/comments`, { part: 1, atMs: 100, text: "这里重读" });
    const comment = read<string>("SELECT id FROM review_comments WHERE content_id = ?", id);
    did(`POST ${operation}/comments`, "SELECT 1 FROM review_comments WHERE id = ?", comment);
    await admin.patch(`${path}/comments/${comment}`, { resolved: true });
    did(
      `PATCH ${operation}/comments/{}`,
      "SELECT resolved_at IS NOT NULL FROM review_comments WHERE id = ?",
      comment,
    );
    const { review } = await first.get<Reviewed>(`${path}/review`);
    await first.post(`${path}/return`, { version: review.version, reason: "重录" });
    did(`POST ${operation}/return`, acts("returned"), 1, id);

    await admin.post(`${path}/submit`);
    did(`POST ${operation}/submit`, acts("submitted"), 2, id);
    const content = path.slice(1);
    await Promise.all(reviewers.map((reviewer) => hear(reviewer, content)));
    for (const [index, reviewer] of reviewers.entries()) {
      await signOnceHeard(reviewer, content);
      did(`POST ${operation}/signatures`, acts("signed"), index + 1, id);
    }
    await first.post(`${path}/withdraw-approval`, { reason: "有误" });
    did(`POST ${operation}/withdraw-approval`, acts("withdrawn"), 1, id);
  };
