import { Type } from "typebox";
import { enumOf, nullable, Uuid } from "../http/schemas.ts";
import { ConflictView } from "./conflict-view.ts";
import { IMPORT_ACTIONS } from "./schedule-exchange.ts";

export const ImportReport = Type.Object({
  dryRun: Type.Boolean(),
  items: Type.Array(
    Type.Object({
      programme: Type.String(),
      name: Type.String(),
      action: enumOf(IMPORT_ACTIONS),
      scheduleId: nullable(Uuid),
      conflicts: Type.Array(ConflictView, { description: "The first of them" }),
      changes: Type.Array(
        Type.Object({
          at: Type.String({ description: "JSON pointer inside the entry" }),
          before: Type.Unknown(),
          after: Type.Unknown(),
        }),
      ),
    }),
  ),
});
