import type { FastifyInstance, FastifyRequest } from "fastify";
import { AppError } from "../errors.ts";

export const MAX_CSV_BYTES = 20 * 1024 * 1024;

/** Lets the operations of an instance take a CSV file as their body, as text. */
export function acceptCsv(app: FastifyInstance): void {
  app.addContentTypeParser(
    "text/csv",
    { parseAs: "buffer", bodyLimit: MAX_CSV_BYTES },
    async (_request: FastifyRequest, body: Buffer) => decodeUtf8(body),
  );
}

/** Spreadsheets on Chinese Windows save CSV as GB 18030 unless told otherwise; guessing would garble names silently. */
function decodeUtf8(body: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch (cause) {
    throw new AppError("invalid", "The file is not UTF-8 text.", {
      cause,
      hint: 'Save it as "CSV UTF-8" and send it again.',
    });
  }
}
