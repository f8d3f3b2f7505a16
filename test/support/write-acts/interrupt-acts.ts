import { join } from "node:path";
import { capXml } from "../cap.ts";
import { connectDevice } from "../device-client.ts";
import { COUNTY, VILLAGE } from "../fleet.ts";
import { sendChunk, spokenChunk } from "../speaker.ts";
import { isAcknowledged } from "./device-acts.ts";
import type { House, Story } from "./house.ts";

const targets = { regions: [VILLAGE], kinds: ["loudspeaker"] };
const inAnHour = () => new Date(Date.now() + 3_600_000);

async function announced({ admin, did }: House, source: object): Promise<string> {
  const announcement = { title: "停水通知", class: "announcement", source, targets };
  const { id } = await admin.post<{ id: string }>("/announcements", announcement);
  did("POST /announcements", "SELECT 1 FROM interrupts WHERE id = ?", id);
  return id;
}

async function announcing(house: House): Promise<void> {
  const { admin, notice, did } = house;
  const { sha256 } = await admin.post<{ sha256: string }>("/speech", { text: `通知${house.next()}` });
  did("POST /speech", "SELECT 1 FROM assets WHERE sha256 = ?", sha256);
  const asset = "SELECT asset_sha256 = ? FROM interrupts WHERE id = ?";
  const one = await announced(house, { upload: true });
  await admin.put(`/announcements/${one}/asset`, { sha256 });
  did("PUT /announcements/{}/asset", asset, sha256, one);
  const other = await announced(house, { upload: true });
  await admin.upload(`/announcements/${other}/recording`, notice.path);
  did("PUT /announcements/{}/recording", asset, notice.sha256, other);
  await admin.post(`/broadcasts/${other}/stop`, { reason: "念错了" });
  did("POST /broadcasts/{}/stop", "SELECT state = 'cancelled' FROM broadcasts WHERE id = ?", other);

  await hear(house, one);
  const correction = await admin.post<{ id: string }>(`/broadcasts/${one}/correction`, {
    source: { assetSha256: sha256 },
  });
  did(
    "POST /broadcasts/{}/correction",
    "SELECT corrects = ? FROM interrupts WHERE id = ?",
    one,
    correction.id,
  );
}

/** A device says that it began to play a broadcast: only what was heard can be put right. */
async function hear({ brokerUrl, hearer: device, next }: House, broadcastId: string): Promise<void> {
  const link = await connectDevice(brokerUrl, device);
  try {
    const bootId = `heard-${next()}`;
    const topic = (leaf: string) => `ccx/v1/device/${device.identity.id}/${leaf}`;
    await link.subscribe(topic("ack"));
    const records = [{ seq: 1, at: Date.now(), type: "started", broadcastId, grade: "started" }];
    await link.publish(topic("report"), JSON.stringify({ bootId, records }));
    await isAcknowledged(link, bootId, 1);
  } finally {
    link.cut();
  }
}

async function speakingLive(house: House): Promise<void> {
  const { admin, url, did, folder } = house;
  const id = await announced(house, { live: { longestMinutes: 1 } });
  await sendChunk({ url, operator: admin }, id, 0, spokenChunk(join(folder, "tone.wav")));
  did("PUT /live/{}/chunks/{}", "SELECT 1 FROM live_voices WHERE id = ?", id);
  await admin.post(`/live/${id}/end`);
  did("POST /live/{}/end", "SELECT ended_at IS NOT NULL FROM live_voices WHERE id = ?", id);
}

async function warning(house: House): Promise<void> {
  const { admin, second, notice, did, next } = house;
  const { id } = await admin.post<{ id: string }>("/emergencies", {
    title: "暴雨红色预警",
    class: "emergency",
    source: { assetSha256: notice.sha256 },
    areas: [VILLAGE],
    until: inAnHour().toISOString(),
  });
  did("POST /emergencies", "SELECT 1 FROM emergencies WHERE id = ?", id);
  await second.postAnew(`/emergencies/${id}/confirm`);
  did("POST /emergencies/{}/confirm", "SELECT confirmed_at IS NOT NULL FROM emergencies WHERE id = ?", id);
  await admin.post(`/emergencies/${id}/stop`, { reason: "解除" });
  const stopped = "SELECT ended_at IS NOT NULL FROM emergencies WHERE id = ?";
  did("POST /emergencies/{}/stop", stopped, id);

  const identifier = `W${next()}`;
  const xml = capXml({ identifier, expires: inAnHour() });
  const cap = await admin.postText<{ id: string }>("/emergencies/cap", "application/cap+xml", xml);
  did("POST /emergencies/cap", "SELECT COUNT(*) FROM cap_messages WHERE identifier = ?", identifier);
  await admin.post(`/emergencies/${cap.id}/stop`);
  did("POST /emergencies/{}/stop", stopped, cap.id);
}

/** What the whole county would hear at an hour of quiet: quiet at every hour, until somebody has confirmed it. */
async function rousing({ admin, second, notice, did, forNow }: House): Promise<void> {
  const { maxVolume, weeklyMinutesCap } = await admin.get<Record<string, unknown>>("/policy");
  const atQuiet = (quietHours: object[]) => admin.put("/policy", { quietHours, maxVolume, weeklyMinutesCap });
  await atQuiet([
    { from: "00:00", to: "12:00" },
    { from: "12:00", to: "00:00" },
  ]);
  const { id } = await admin.post<{ id: string }>("/announcements", {
    title: "全市通知",
    class: "announcement",
    source: { assetSha256: notice.sha256 },
    targets: { regions: [COUNTY], kinds: ["loudspeaker"] },
  });
  did("POST /announcements", "SELECT 1 FROM interrupts WHERE id = ?", id);
  await second.postAnew(`/announcements/${id}/confirm`);
  did(
    "POST /announcements/{}/confirm",
    "SELECT confirmed_by IS NOT NULL FROM confirmations WHERE id = ?",
    id,
  );
  await atQuiet([]);

  // For what takes two people they count as they were, until the other one agrees.
  const shortened = await admin.get<{ items: { regionCode: string | null; version: number }[] }>(
    "/policy/shortened-hours",
  );
  const version = shortened.items.find(({ regionCode }) => regionCode === null)?.version;
  await second.postAnew("/policy/shortened-hours/confirm", { regionCode: null, version });
  const isAgreed = "SELECT NOT EXISTS (SELECT 1 FROM shortened_hours WHERE area = '*')";
  await forNow(did("POST /policy/shortened-hours/confirm", isAgreed));
}

/** In turn: the stop of everything ends whatever somebody airs. */
export const isInterrupted: Story = async (house) => {
  await announcing(house);
  await speakingLive(house);
  await warning(house);
  await rousing(house);
  const last = await announced(house, { upload: true });
  await house.admin.post("/stop", { reason: "全停" });
  house.did("POST /stop", "SELECT state = 'cancelled' FROM broadcasts WHERE id = ?", last);
};
