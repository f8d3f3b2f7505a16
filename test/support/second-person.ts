import type { Operator } from "../../scripts/operator-client.ts";
import type { RunningApp } from "./app.ts";
import { everywhere, newPerson } from "./people.ts";

/** Another signed-in person than the administrator, who may do as much on the air. */
export const secondPerson = (app: RunningApp): Promise<Operator> =>
  newPerson(app, "deputy", everywhere("administrator", "scheduler"));
