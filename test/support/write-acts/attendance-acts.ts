import { VILLAGE } from "../fleet.ts";
import { asStranger } from "../people.ts";
import { hashOf, type Story } from "./house.ts";

/** Who was at a lecture: members say it, somebody counts, and one is forgotten again. */
export const isAttended: Story = async ({ admin, url, aired, next, did, forNow }) => {
  const path = `/broadcasts/${aired}/attendance/${VILLAGE}`;
  const place = await admin.get<{ url: string }>(`${path}/check-in`);
  const token = place.url.split("#")[1] ?? "";
  const checkIn = async (name: string) => {
    await asStranger(url, "/check-ins", { token, name, branch: "东村党支部" });
    return did("POST /check-ins", "SELECT COUNT(*) FROM check_ins WHERE name = ?", name);
  };
  await checkIn(`党员${next()}`);

  const key = hashOf(`feedback ${next()}`).slice(0, 32);
  await asStranger(url, "/check-ins/feedback", { token, key, rating: 5, wish: "多讲讲" });
  did("POST /check-ins/feedback", "SELECT 1 FROM feedback WHERE id = ?", hashOf(key));

  // More each time, so that what is overwritten is not taken for lost.
  const people = next();
  await admin.put(`${path}/headcount`, { people });
  const counted = "SELECT people >= ? FROM headcounts WHERE broadcast_id = ?";
  did("PUT /broadcasts/{}/attendance/{}/headcount", counted, people, aired);

  const leaver = `党员${next()}`;
  await forNow(await checkIn(leaver));
  await admin.post("/attendance/people/erase", { name: leaver, branch: "东村党支部" });
  did("POST /attendance/people/erase", "SELECT NOT EXISTS (SELECT 1 FROM check_ins WHERE name = ?)", leaver);
};
