import { until } from "../../../scripts/until.ts";
import { connectDevice, type DeviceClient } from "../device-client.ts";
import { NEIGHBOUR, TOWN } from "../fleet.ts";
import type { House, Story } from "./house.ts";

export const devicesAreManaged: Story = async ({ admin, url, did, forNow, next }) => {
  const { id } = await admin.post<{ id: string }>("/devices", { regionCode: NEIGHBOUR, kind: "loudspeaker" });
  did("POST /devices", "SELECT 1 FROM devices WHERE id = ?", id);
  const { code } = await admin.post<{ code: string }>(`/devices/${id}/enrolment-code`, {});
  did("POST /devices/{}/enrolment-code", "SELECT COUNT(*) FROM enrolment_codes WHERE device_id = ?", id);
  const answer = await fetch(`${url}/device/v1/enroll`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ code, hardwareId: id, kind: "loudspeaker", model: "test", software: "1" }),
  });
  await answer.arrayBuffer();
  const isEnrolled = did("POST /device/v1/enroll", "SELECT state = 'enrolled' FROM devices WHERE id = ?", id);

  await admin.patch(`/devices/${id}/twin`, { volume: 41 }, "*");
  await forNow(did("PATCH /devices/{}/twin", "SELECT volume = 41 FROM devices WHERE id = ?", id));
  await admin.patch("/devices/twins", { devices: [{ id }], change: { volume: 42 } });
  did("PATCH /devices/twins", "SELECT volume = 42 FROM devices WHERE id = ?", id);
  isEnrolled();
  await admin.post(`/devices/${id}/revoke`);
  did("POST /devices/{}/revoke", "SELECT state = 'revoked' FROM devices WHERE id = ?", id);

  const channel = `channel-${next()}`;
  await admin.put(`/software-channels/${channel}`, { software: "gateway/1" });
  await forNow(did("PUT /software-channels/{}", "SELECT 1 FROM software_channels WHERE id = ?", channel));
  await admin.remove(`/software-channels/${channel}`);
  did(
    "DELETE /software-channels/{}",
    "SELECT NOT EXISTS (SELECT 1 FROM software_channels WHERE id = ?)",
    channel,
  );

  const { serial } = await admin.post<{ serial: number }>("/signing-keys/rotate", {});
  did("POST /signing-keys/rotate", "SELECT MAX(serial) >= ? FROM key_sets", serial);
};

export const regionsAreImported: Story = async ({ admin, next, did, forNow }) => {
  const code = `370783112${300 + (next() % 600)}`;
  const name = `新村${next()}`;
  await admin.postText(
    "/regions/import",
    "text/csv",
    `code,level,parent,name,note\n${code},village,${TOWN},${name},\n`,
  );
  did("POST /regions/import", "SELECT COUNT(*) FROM regions WHERE code = ?", code);
  const isCalled = "SELECT telephone = ? FROM contacts WHERE region_code = ?";
  const telephone = `0536-${5_000_000 + next()}`;
  await admin.postText(
    "/contacts/import",
    "text/csv",
    `code,role,telephone\n${code},村广播员,${telephone}\n`,
  );
  await forNow(did("POST /contacts/import", isCalled, telephone, code));
  const contacts = [{ role: "村支书", telephone: `0536-${5_000_000 + next()}` }];
  await admin.put(`/regions/${code}/contacts`, { contacts });
  did("PUT /regions/{}/contacts", isCalled, contacts[0]?.telephone, code);
  const { items } = await admin.post<{ items: { id: string }[] }>("/devices/bulk", {
    within: code,
    kind: "loudspeaker",
    expiresInHours: 1,
  });
  // The only one there, unless the village has one already.
  for (const { id } of items) did("POST /devices/bulk", "SELECT 1 FROM devices WHERE id = ?", id);
};

/** A server that plans and publishes for a whole county comes to it in its turn. */
export const isAcknowledged = (link: DeviceClient, bootId: string, ackedSeq: number): Promise<void> =>
  until(
    () => {
      if (!link.mqtt.connected) throw new Error("the connection was cut");
      return link.heard.some(({ text }) => text === JSON.stringify({ bootId, ackedSeq }));
    },
    { what: `the acknowledgement of ${bootId}`, timeoutMs: 120_000 },
  );

export const aDeviceReports: Story = async ({ brokerUrl, device, next, did }: House) => {
  const link = await connectDevice(brokerUrl, device);
  try {
    const bootId = `boot-${next()}`;
    const topic = (leaf: string) => `ccx/v1/device/${device.identity.id}/${leaf}`;
    await link.subscribe(topic("ack"));
    for (let seq = 1; seq <= 8; seq += 1) {
      const records = [{ seq, at: Date.now(), type: "cached", sha256: "a".repeat(64) }];
      await link.publish(topic("report"), JSON.stringify({ bootId, records }));
      await isAcknowledged(link, bootId, seq);
      did("MQTT report", "SELECT COUNT(*) FROM playback_records WHERE boot_id = ? AND seq = ?", bootId, seq);
    }
  } finally {
    link.cut();
  }
};
