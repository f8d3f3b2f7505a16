import { type Operator, signIn } from "../../scripts/operator-client.ts";
import { everywhere, newPerson, type Office, PASSWORD } from "./people.ts";

/** Another signed-in person than the administrator, who edits and airs as well. */
export const secondPerson = (office: Office): Promise<Operator> =>
  newPerson(office, "deputy", everywhere("administrator", "editor", "scheduler"));

/** After a restart. */
export const signInAsSecondPerson = (url: string): Promise<Operator> => signIn(url, "deputy", PASSWORD);
