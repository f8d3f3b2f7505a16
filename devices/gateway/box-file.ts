import { readFileSync } from "node:fs";
import { type Static, Type } from "typebox";
import { Compile } from "typebox/compile";
import { QuietHours } from "../../src/protocol/messages.ts";
import { RTP_PAYLOADS } from "../core/player-programs.ts";

/**
 * What an installer sets up on the spot, in one JSON file. Unlike the protocol's messages it is closed: a misspelt name
 * is an error, not silence.
 */
const closed = { additionalProperties: false } as const;
const Path = Type.String({ pattern: "^/" });
/** A program and its arguments, each a member of its own; no shell is involved. */
const CommandLine = Type.Array(Type.String({ minLength: 1 }), { minItems: 1 });
const Port = Type.Integer({ minimum: 1, maximum: 65_535 });

const Sound = Type.Union([
  Type.Object({ name: Type.Literal("alsa"), device: Type.Optional(Type.String({ minLength: 1 })) }, closed),
  Type.Object(
    { name: Type.Union([Type.Literal("mpv"), Type.Literal("ffplay"), Type.Literal("wav")]) },
    closed,
  ),
  Type.Object(
    {
      name: Type.Literal("rtp"),
      address: Type.String({ pattern: "^[0-9]{1,3}(\\.[0-9]{1,3}){3}$" }),
      port: Port,
      payload: Type.Optional(Type.Union(RTP_PAYLOADS.map((payload) => Type.Literal(payload)))),
      ttl: Type.Optional(Type.Integer({ minimum: 0, maximum: 255 })),
      localAddress: Type.Optional(Type.String({ pattern: "^[0-9]{1,3}(\\.[0-9]{1,3}){3}$" })),
    },
    closed,
  ),
]);

const BoxFile = Type.Object(
  {
    outputs: Type.Optional(Type.Array(Sound, { minItems: 1 })),
    media: Type.Optional(
      Type.Object(
        {
          maxMegabytes: Type.Optional(Type.Integer({ minimum: 1 })),
          keepFreeMegabytes: Type.Optional(Type.Integer({ minimum: 1 })),
          retentionDays: Type.Optional(Type.Integer({ minimum: 0 })),
        },
        closed,
      ),
    ),
    policy: Type.Optional(
      Type.Object(
        {
          quietHours: Type.Optional(Type.Array(QuietHours)),
          maxVolume: Type.Optional(Type.Integer({ minimum: 0, maximum: 100 })),
        },
        closed,
      ),
    ),
    sensor: Type.Optional(
      Type.Union([
        Type.Object(
          {
            program: CommandLine,
            level: Type.Optional(Type.Number()),
            everySeconds: Type.Optional(Type.Number({ minimum: 0.1 })),
          },
          closed,
        ),
        Type.Object({ microphone: Type.Union([Type.String({ minLength: 1 }), CommandLine]) }, closed),
      ]),
    ),
    stopButton: Type.Optional(
      Type.Union([
        Type.Object({ file: Path, pressed: Type.Optional(Type.String({ minLength: 1 })) }, closed),
        Type.Object({ program: CommandLine }, closed),
      ]),
    ),
    statusPage: Type.Optional(
      Type.Object({ host: Type.Optional(Type.String({ minLength: 1 })), port: Port }, closed),
    ),
    bundles: Type.Optional(Type.Object({ folder: Path }, closed)),
  },
  closed,
);
export type BoxFile = Static<typeof BoxFile>;

export class BoxFileError extends Error {}

const validator = Compile(BoxFile);

/** @throws {BoxFileError} that names what is wrong with it */
export function readBoxFile(path: string): BoxFile {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new BoxFileError(`${path}: ${error instanceof Error ? error.message : "cannot be read"}`);
  }
  if (validator.Check(value)) return value;
  const problems = [...validator.Errors(value)].map(
    ({ instancePath, message }) => `  - ${instancePath === "" ? "the file" : instancePath} ${message}`,
  );
  throw new BoxFileError(`${path} is not as devices/gateway/README.md describes it:\n${problems.join("\n")}`);
}
