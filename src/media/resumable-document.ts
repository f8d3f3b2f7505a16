import { Type } from "typebox";
import { closed } from "../http/schemas.ts";

/** What OpenAPI says of the resumable uploads. Their headers are held against the protocol by tus itself. */

const PROTOCOL = "https://tus.io/protocols/resumable-upload";

const header = (description: string) => Type.Optional(Type.String({ description }));
const HEADERS = { "tus-resumable": header("`1.0.0`") };

const onlyHeaders = (description: string, headers: Record<string, string>) => ({
  ...Type.Null({ description }),
  headers: Object.fromEntries(
    Object.entries(headers).map(([name, meaning]) => [name, { type: "string", description: meaning }]),
  ),
});

const tags = ["uploads"];
/** Whatever the address holds: of what is no id of an upload the protocol says that it is not there. */
const params = closed({ id: Type.String({ description: "From the `Location` that it was begun with" }) });
const OFFSET = { "Upload-Offset": "How many bytes have arrived" };
const ITS_SENDER =
  "Only by who began it: to everybody else it is not there. It takes what it took to begin it, at that moment.";

export const ABILITIES = {
  tags,
  summary: "What the resumable uploads at this address can do",
  description: `Recordings are sent by the tus protocol 1.0.0 (${PROTOCOL}).`,
  response: {
    204: onlyHeaders("Only headers", {
      "Tus-Version": "The versions of the protocol, the preferred one first",
      "Tus-Resumable": "The version of this answer",
      "Tus-Extension": "The extensions of the protocol, separated by commas",
      "Tus-Max-Size": "The largest upload, in bytes",
    }),
  },
};
export const ABILITIES_OF_ONE = { ...ABILITIES, params };

export const BEGIN = {
  tags,
  summary: "Begin a resumable upload",
  description:
    `By the tus protocol 1.0.0 (${PROTOCOL}). Where it goes decides who may: \`recordings:send\` for \`recordings/…\`, ` +
    "`announcements:air` in its area for an announcement, `content:edit` for everything else.",
  headers: Type.Object({
    ...HEADERS,
    "upload-length": header("The bytes of the whole recording"),
    "upload-metadata": header(
      "`target` (episodes/<id>/segments/<n>, sessions/<id>, announcements/<id> or recordings/<word>), `filename` and `sha256`, " +
        "each followed by its value in Base64, separated by commas",
    ),
  }),
  response: { 201: onlyHeaders("Begun", { Location: "Where its bytes are sent" }) },
};

export const HOW_FAR = {
  tags,
  summary: "How far a resumable upload has come",
  description: `${ITS_SENDER} 423 while another request sends it, or something keeps it from its place.`,
  params,
  headers: Type.Object(HEADERS),
  response: { 200: onlyHeaders("Only headers", OFFSET) },
};

export const GO_ON = {
  tags,
  summary: "Send more of a resumable upload, as the request body",
  description: `${ITS_SENDER} With its last byte it is taken in as a recording is that was sent whole.`,
  params,
  headers: Type.Object({ ...HEADERS, "upload-offset": header("How many bytes have arrived before") }),
  consumes: ["application/offset+octet-stream"],
  body: Type.Unsafe<unknown>({ description: "The bytes from there on" }),
  response: {
    204: onlyHeaders("Taken", { ...OFFSET, "Content-Location": "`/media/<SHA-256>`, with the last byte" }),
  },
};

export const END = {
  tags,
  summary: "End a resumable upload, and remove what has arrived",
  description: ITS_SENDER,
  params,
  headers: Type.Object(HEADERS),
  response: { 204: Type.Null({ description: "It is gone" }) },
};
