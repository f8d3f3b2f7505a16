import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { ProblemError } from "../../../scripts/operator-client.ts";
import { tusClient } from "../tus.ts";
import type { House, Story } from "./house.ts";

const must = async (answer: Response): Promise<Response> => {
  if (!answer.ok) throw new ProblemError(answer.status, (await answer.json()) as ProblemError["problem"]);
  return answer;
};

/** Begins one and sends half of it. @returns how to go on, until which the half stays */
async function halfSent({ admin, url, folder, tone, did }: House, target: string) {
  const bytes = readFileSync(tone.path);
  const half = Math.floor(bytes.length / 2);
  const tus = tusClient(url, admin.credentials);
  const begun = await must(await tus.create({ target }, bytes.length));
  const location = begun.headers.get("location") ?? "";
  const part = join(folder, "media/uploads", location.slice(-36));
  const arrived = () => statSync(part, { throwIfNoEntry: false })?.size ?? -1;
  const began = did("POST /uploads", () => arrived() >= 0);
  await must(await tus.patch(location, 0, bytes.subarray(0, half)));
  const sent = did("PATCH /uploads/{}", () => arrived() >= half);
  const takeBack = () => {
    began();
    sent();
  };
  const rest = () => tus.patch(location, half, bytes.subarray(half));
  return { arrived, takeBack, rest, end: () => tus.send("DELETE", location) };
}

/** One recording is sent in two pieces, another one only half. */
export const isSentInPieces: Story = async (house) => {
  const { admin, lecture, tone, next, did, forNow } = house;
  const words = { topic: "分段上传", speakers: [], modules: [] };
  const { id } = await admin.post<{ id: string }>("/sessions", {
    programmeId: lecture,
    number: next(),
    ...words,
  });
  const one = await halfSent(house, `sessions/${id}`);
  await forNow(one.takeBack);
  await must(await one.rest());
  did("PATCH /uploads/{}", "SELECT asset_sha256 = ? FROM sessions WHERE id = ?", tone.sha256, id);

  const other = await halfSent(house, "recordings/notice");
  await forNow(other.takeBack);
  await must(await other.end());
  did("DELETE /uploads/{}", () => other.arrived() < 0);
};
