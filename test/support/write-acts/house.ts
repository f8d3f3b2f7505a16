import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Operator, signIn } from "../../../scripts/operator-client.ts";
import type { StartedServer } from "../../../scripts/processes.ts";
import { approve, reviewersOf } from "../../../scripts/reviewers.ts";
import { airedLecture } from "../aired-lecture.ts";
import { type EpisodeView, enrolDevice, importRegions, makeTone, programmeId, settled } from "../county.ts";
import type { Member } from "../fleet.ts";
import { VILLAGE } from "../fleet.ts";
import { freePort } from "../free-port.ts";
import { secondPerson } from "../second-person.ts";
import {
  CLIENT_ID,
  CLIENT_SECRET,
  GROUPS_CLAIM,
  type SignInProvider,
  startProvider,
} from "../sign-in-provider.ts";
import type { Ledger } from "./ledger.ts";

/** A county's office and one of its devices, who go on with what they have after each kill of the server. */
export interface House extends Pick<Ledger, "did" | "read"> {
  /** Lets what was acknowledged stand for a moment, in which a kill may come, before it is taken back. */
  forNow(takeBack: () => void): Promise<void>;
  /** Takes back what a kill cut off in its moment: from the next pass on it may be otherwise. */
  afterKill(): void;
  folder: string;
  url: string;
  brokerUrl: string;
  admin: Operator;
  /** Another one who airs. */
  second: Operator;
  /** Of the three steps, in order. */
  reviewers: Operator[];
  broadcast: string;
  lecture: string;
  /** An episode that three have signed. */
  approved: string;
  /** A recording that was uploaded, heard and rendered. */
  tone: { path: string; sha256: string };
  /** One that belongs to no episode. */
  notice: { path: string; sha256: string };
  /** A lecture in the village that was aired a minute ago. */
  aired: string;
  provider: SignInProvider;
  /** It reports, and the other one has heard what was aired. */
  device: Member;
  hearer: Member;
  /** Another number each time. */
  next(): number;
}

/** One pass over some ways to write, each time about things of its own. */
export type Story = (house: House) => Promise<void>;

/** On the same ports after each start: whoever is signed in goes on, and finds the sign-in provider that stays. */
export async function openOffice(folder: string) {
  const port = String(await freePort());
  const url = `http://127.0.0.1:${port}`;
  const provider = await startProvider(`${url}/signed-in`);
  const roles = join(folder, "roles.json");
  writeFileSync(roles, JSON.stringify([{ value: "editors", role: "editor" }]));
  const env: NodeJS.ProcessEnv = {
    PORT: port,
    MQTT_PORT: String(await freePort()),
    PUBLIC_URL: url,
    RATE_LIMIT_PER_MINUTE: "1000000",
    ENROLMENTS_PER_MINUTE: "1000000",
    SIGN_INS_PER_MINUTE: "1000000",
    SECOND_FACTOR: "optional",
    TRANSCODE_CONCURRENCY: "1",
    // On a busy machine what is polite waits for minutes, and so would the test.
    TRANSCODE_NICENESS: "0",
    OIDC_ISSUER: provider.issuer,
    OIDC_CLIENT_ID: CLIENT_ID,
    OIDC_CLIENT_SECRET: CLIENT_SECRET,
    OIDC_GROUPS_CLAIM: GROUPS_CLAIM,
    OIDC_ROLES_FILE: roles,
  };
  return { env, provider };
}

export async function moveIn(
  server: StartedServer,
  folder: string,
  ledger: Ledger,
  provider: SignInProvider,
): Promise<House> {
  const { url } = server;
  const [, brokerUrl = ""] = await server.line(/MQTT\s+(mqtt:\S+)/);
  const admin = await signIn(url, "admin", await server.password);
  await importRegions(admin);
  // At whatever hour this runs, nothing is near air but what is put on air.
  const { items } = await admin.get<{ items: { id: string }[] }>("/schedules");
  for (const { id } of items) await admin.post(`/schedules/${id}/end`);
  const broadcast = await programmeId(admin, "broadcast");
  let number = 0;
  const path = makeTone(join(folder, "tone.wav"), 2);
  const { id } = await admin.post<EpisodeView>("/episodes", {
    programmeId: broadcast,
    number: 10_000,
    title: "样音",
    segments: [{ name: "党建聚焦", title: "要闻" }],
  });
  await admin.upload(`/episodes/${id}/segments/1/recording`, path);
  const { segments } = await settled(admin, id, 300_000);
  await approve(admin, `episodes/${id}`);
  const notice = makeTone(join(folder, "notice.wav"), 1);
  const lecture = await programmeId(admin, "lecture");
  const momentary = new Set<() => void>();
  return {
    ...ledger,
    async forNow(takeBack) {
      momentary.add(takeBack);
      await admin.get("/me");
      takeBack();
      momentary.delete(takeBack);
    },
    afterKill() {
      for (const takeBack of momentary) takeBack();
      momentary.clear();
    },
    folder,
    url,
    brokerUrl,
    admin,
    second: await secondPerson({ url, operator: admin }),
    reviewers: await reviewersOf(admin),
    broadcast,
    approved: id,
    lecture,
    aired: await airedLecture(admin, {
      databasePath: join(folder, "data/cuncunxiang.db"),
      lecture,
      regions: [VILLAGE],
    }),
    provider,
    tone: { path, sha256: segments[0]?.recording?.sha256 ?? "" },
    notice: { path: notice, sha256: hashOf(readFileSync(notice)) },
    device: await enrolDevice(admin, url, VILLAGE),
    hearer: await enrolDevice(admin, url, VILLAGE),
    next: () => (number += 1),
  };
}

export const hashOf = (content: string | Buffer): string =>
  createHash("sha256").update(content).digest("hex");
