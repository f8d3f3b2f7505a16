import { type Operator, signIn } from "../../scripts/operator-client.ts";
import { everywhere, newPerson, type Office, PASSWORD } from "./people.ts";

/** Another signed-in person than the administrator, who may do as much on the air. */
export const secondPerson = (office: Office): Promise<Operator> =>
  newPerson(office, "deputy", everywhere("administrator", "scheduler"));

/** After a restart. */
export const signInAsSecondPerson = (url: string): Promise<Operator> => signIn(url, "deputy", PASSWORD);
