import type { Readable } from "node:stream";

export const TUS = { "tus-resumable": "1.0.0" };

export type TusClient = ReturnType<typeof tusClient>;

export const metadata = (values: Record<string, string>) =>
  Object.entries(values)
    .map(([key, value]) => `${key} ${Buffer.from(value).toString("base64")}`)
    .join(",");

/** The tus protocol request by request, where a client would hide what is to be seen. */
export function tusClient(url: string, credentials: Record<string, string>) {
  const send = (
    method: string,
    path: string,
    headers: Record<string, string> = {},
    body?: NonNullable<RequestInit["body"]>,
  ) =>
    fetch(url + path, {
      method,
      headers: { ...TUS, ...credentials, ...headers },
      ...(body ? { body, duplex: "half" as const } : {}),
    });

  return {
    send,
    create: (values: Record<string, string>, length: string | number) =>
      send("POST", "/api/v1/uploads", {
        "upload-length": String(length),
        "upload-metadata": metadata({ filename: "tone.wav", ...values }),
      }),
    patch: (location: string, from: number, body: Buffer | Readable, bytes?: number) =>
      send(
        "PATCH",
        location,
        {
          "upload-offset": String(from),
          "content-type": "application/offset+octet-stream",
          ...(bytes === undefined ? {} : { "content-length": String(bytes) }),
        },
        body as Buffer | ReadableStream,
      ),
    head: (location: string) => send("HEAD", location),
    offsetOf: async (location: string): Promise<number> =>
      Number((await send("HEAD", location)).headers.get("upload-offset")),
  };
}
