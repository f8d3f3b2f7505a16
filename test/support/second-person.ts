import { type Operator, signIn } from "../../scripts/operator-client.ts";
import { everywhere, newPerson, type Office, PASSWORD } from "./people.ts";

/** Another signed-in person than the administrator, who edits and airs as well. */
export const secondPerson = (office: Office): Promise<Operator> =>
  newPerson(office, "deputy", everywhere("administrator", "editor", "scheduler"));

/** After a restart. */
export const signInAsSecondPerson = (url: string): Promise<Operator> => signIn(url, "deputy", PASSWORD);

/** Takes the quiet hours away, as two people agreed, so that one may announce. @returns the second of them */
export async function allowAnyHour(office: Office): Promise<Operator> {
  await office.operator.put("/policy", { quietHours: [], maxVolume: 100 });
  const path = "/policy/shortened-hours";
  const [waiting] = (await office.operator.get<{ items: { version: number }[] }>(path)).items;
  const second = await secondPerson(office);
  await second.postAnew(`${path}/confirm`, { regionCode: null, version: waiting?.version });
  return second;
}
