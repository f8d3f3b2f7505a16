import { DAY_MS } from "../../../src/clock.ts";
import { FAR_VILLAGE, VILLAGE } from "../fleet.ts";
import { scheduleDefinition } from "../schedule-definition.ts";
import type { Story } from "./house.ts";

const ACCEPT = "?acceptConflicts=test";
const AT = { regions: [VILLAGE], kinds: ["loudspeaker"] };
const rule = { dates: ["2027-03-01"], times: ["07:00"] };

export const schedulesAreEdited: Story = async ({ admin, broadcast, next, did }) => {
  const definition = (name: string) => scheduleDefinition({ name, rule, targets: AT });
  const { id } = await admin.post<{ id: string }>(`/schedules${ACCEPT}`, {
    programmeId: broadcast,
    ...definition(`排期${next()}`),
  });
  did("POST /schedules", "SELECT 1 FROM schedules WHERE id = ?", id);
  await admin.put(`/schedules/${id}${ACCEPT}`, definition("改期"));
  did("PUT /schedules/{}", "SELECT name = '改期' FROM schedules WHERE id = ?", id);
  await admin.post(`/schedules/${id}/end`);
  did("POST /schedules/{}/end", "SELECT ended_at IS NOT NULL FROM schedules WHERE id = ?", id);

  const { items } = await admin.post<{ items: { scheduleId: string }[] }>(`/schedules/import${ACCEPT}`, {
    version: 1,
    schedules: [{ programme: "dangjian-zhisheng", ...definition(`导入${next()}`) }],
  });
  const imported = items[0]?.scheduleId;
  did("POST /schedules/import", "SELECT 1 FROM schedules WHERE id = ?", imported);
  await admin.post(`/schedules/${imported}/end`);
};

/** One for most of a county takes a second person, for its dates in the quiet hours. */
export const aScheduleIsConfirmed: Story = async ({ admin, second, broadcast, approved, read, did }) => {
  const tomorrow = new Date(Date.now() + DAY_MS).toISOString().slice(0, 10);
  const { maxVolume, weeklyMinutesCap } = await admin.get<Record<string, unknown>>("/policy");
  const night = [{ from: "22:00", to: "06:00" }];
  await admin.put("/policy", { quietHours: night, maxVolume, weeklyMinutesCap });
  const { id } = await admin.post<{ id: string }>(`/schedules${ACCEPT}`, {
    programmeId: broadcast,
    ...scheduleDefinition({
      name: "全市通知",
      class: "announcement",
      rule: { dates: [tomorrow], times: ["23:00"] },
      content: { policy: "item", contentId: approved },
    }),
  });
  const version = read<number>("SELECT version FROM schedules WHERE id = ?", id);
  await second.postAnew(`/schedules/${id}/confirm`, { version });
  did("POST /schedules/{}/confirm", "SELECT confirmed_by IS NOT NULL FROM schedules WHERE id = ?", id);
  await admin.post(`/schedules/${id}/end`);
};

const OF_COUNTY = "FROM settings WHERE key = 'county-policy'";

export const rulesAreSet: Story = async ({ admin, did, read }) => {
  const cap = "json_extract(value, '$.weeklyMinutesCap')";
  // Higher each time, so that what is overwritten is not taken for lost.
  const weeklyMinutesCap = 1 + (read<number | undefined>(`SELECT ${cap} ${OF_COUNTY}`) ?? 0);
  await admin.put("/policy", { quietHours: [], maxVolume: 70, weeklyMinutesCap });
  did("PUT /policy", `SELECT ${cap} >= ? ${OF_COUNTY}`, weeklyMinutesCap);

  const version = () => read<number>("SELECT version FROM area_policies WHERE region_code = ?", FAR_VILLAGE);
  const reached = "SELECT version >= ? FROM area_policies WHERE region_code = ?";
  await admin.put(`/regions/${FAR_VILLAGE}/policy`, { maxVolume: 50 });
  did("PUT /regions/{}/policy", reached, version(), FAR_VILLAGE);
  await admin.remove(`/regions/${FAR_VILLAGE}/policy`);
  did("DELETE /regions/{}/policy", reached, version(), FAR_VILLAGE);

  const { id } = await admin.post<{ id: string }>(`/regions/${VILLAGE}/calendar-links`, { label: "日历" });
  did("POST /regions/{}/calendar-links", "SELECT 1 FROM calendar_links WHERE id = ?", id);
  await admin.remove(`/calendar-links/${id}`);
  did("DELETE /calendar-links/{}", "SELECT revoked_at IS NOT NULL FROM calendar_links WHERE id = ?", id);
};
