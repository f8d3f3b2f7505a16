import { Type } from "typebox";
import { VerdictView } from "../explanations/explanation-view.ts";
import { enumOf, Instant, nullable, Uuid } from "../http/schemas.ts";
import { ACTOR_KINDS, OUTCOMES } from "./audit-entry.ts";
import { PARTS } from "./responsibility.ts";

const NullableText = nullable(Type.String());
const Row = nullable(Type.Record(Type.String(), Type.Unknown()));
export const Entry = Type.Object({
  seq: Type.Integer(),
  at: Instant,
  actor: Type.Object({
    kind: enumOf(ACTOR_KINDS, {
      description: "`stranger`: not signed in; `machine`: by a command on the server's machine",
    }),
    id: NullableText,
    name: NullableText,
  }),
  address: NullableText,
  requestId: NullableText,
  act: Type.String({ examples: ["POST /api/v1/episodes/:id/submit"] }),
  outcome: enumOf(OUTCOMES),
  status: nullable(
    Type.Integer({ description: "null where the entry was written with the act, before its answer" }),
  ),
  reason: NullableText,
  objects: Type.Array(Type.String({ examples: ["episodes/0199…"] })),
  changes: Type.Array(
    Type.Object({
      object: Type.String(),
      in: Type.String({ description: "The table" }),
      before: Row,
      after: Row,
    }),
    { description: "Of each row what differs; null before a new one and after a removed one" },
  ),
  prevHash: Type.String(),
  hash: Type.String({ description: "SHA-256 over this entry and `prevHash`, see docs/audit.md" }),
});

const Responsible = Type.Object({
  by: NullableText,
  kind: enumOf(ACTOR_KINDS),
  at: Instant,
  seq: Type.Integer(),
});
export const WhyEntry = Type.Object({
  broadcastId: nullable(Uuid),
  programme: Type.String(),
  title: NullableText,
  startAt: Instant,
  state: NullableText,
  verdict: VerdictView,
  schedule: nullable(Type.Object({ id: Uuid, name: NullableText })),
  responsible: Type.Object(
    Object.fromEntries(PARTS.map((part) => [part, Type.Optional(Responsible)])) as Record<
      (typeof PARTS)[number],
      ReturnType<typeof Type.Optional<typeof Responsible>>
    >,
    {
      description:
        "Who submitted what it airs and signed which step of its review, set its schedule, started it, confirmed it or its schedule, stopped it",
    },
  ),
  entries: Type.Array(Entry, {
    description: "About the broadcast, what it airs, its schedule or its interrupt; in order, the last 200",
  }),
});

export const Whys = Type.Object({ at: Instant, due: Type.Array(WhyEntry) });

export const Head = Type.Object({
  seq: Type.Integer(),
  hash: Type.String(),
  keptFrom: Type.Integer({ description: "The number of the first entry that is still kept" }),
});
