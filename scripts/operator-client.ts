import { createHash } from "node:crypto";
import { createReadStream, readFileSync, statSync } from "node:fs";
import { basename } from "node:path";

/** An answer of the server that is a problem document (RFC 9457). */
export class ProblemError extends Error {
  readonly status: number;
  readonly problem: { detail?: string; hint?: string; errors?: { at: string; message: string }[] };
  constructor(status: number, problem: ProblemError["problem"]) {
    const details = (problem.errors ?? []).map(({ at, message }) => `${at}: ${message}`);
    super([problem.detail ?? `HTTP ${status}`, problem.hint, ...details].filter(Boolean).join(" | "));
    this.name = "ProblemError";
    this.status = status;
    this.problem = problem;
  }
}

export interface Operator {
  /** Of the server. */
  url: string;
  /** What every request carries, for those that this does not cover. */
  credentials: Record<string, string>;
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body?: unknown): Promise<T>;
  /** With the own password once more: to confirm something as the second person, or to make a token. */
  postAnew<T>(path: string, body?: object): Promise<T>;
  put<T>(path: string, body: unknown): Promise<T>;
  /** @param ifMatch for which version of it; `*` for whatever there is */
  patch<T>(path: string, body: unknown, ifMatch?: string): Promise<T>;
  remove<T>(path: string): Promise<T>;
  /** Sends text as it is, e.g. a CSV file. */
  postText<T>(path: string, contentType: string, text: string): Promise<T>;
  /** Streams a file as the request body, with its length and SHA-256 declared. */
  upload<T>(path: string, file: string): Promise<T>;
}

/**
 * A signed-in person of the HTTP API. @param code of the second factor, where there is one
 * @throws {ProblemError} from every call that the server refuses
 */
export async function signIn(
  baseUrl: string,
  name: string,
  password: string,
  code?: string,
): Promise<Operator> {
  const answer = await fetch(`${baseUrl}/api/v1/sign-in`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name, password, ...(code === undefined ? {} : { code }) }),
  });
  const { csrfToken } = await read<{ csrfToken: string }>(answer);
  const cookie = answer.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
  const credentials = { cookie, "x-csrf-token": csrfToken };

  const send = async <T>(
    method: string,
    path: string,
    headers: Record<string, string>,
    body?: RequestInit["body"],
  ) =>
    read<T>(
      await fetch(`${baseUrl}/api/v1${path}`, {
        method,
        headers: { ...credentials, ...headers },
        ...(body === undefined || body === null ? {} : { body, duplex: "half" as const }),
      }),
    );
  const json = { "content-type": "application/json" };
  const withBody = <T>(method: string, path: string, body: unknown) =>
    send<T>(
      method,
      path,
      body === undefined ? {} : json,
      body === undefined ? undefined : JSON.stringify(body),
    );

  return {
    url: baseUrl,
    credentials,
    get: (path) => send("GET", path, {}),
    post: (path, body) => withBody("POST", path, body),
    postAnew: (path, body = {}) => withBody("POST", path, { ...body, currentPassword: password }),
    put: (path, body) => withBody("PUT", path, body),
    patch: (path, body, ifMatch) =>
      send(
        "PATCH",
        path,
        ifMatch === undefined ? json : { ...json, "if-match": ifMatch },
        JSON.stringify(body),
      ),
    remove: (path) => send("DELETE", path, {}),
    postText: (path, contentType, text) => send("POST", path, { "content-type": contentType }, text),
    upload: (path, file) => {
      const digest = createHash("sha256").update(readFileSync(file)).digest("base64");
      const headers = {
        "content-type": "application/octet-stream",
        "content-length": `${statSync(file).size}`,
        "content-digest": `sha-256=:${digest}:`,
      };
      const query = `?filename=${encodeURIComponent(basename(file))}`;
      return send("PUT", path + query, headers, createReadStream(file) as unknown as ReadableStream);
    },
  };
}

async function read<T>(answer: Response): Promise<T> {
  const text = await answer.text();
  const body: unknown = text === "" ? null : JSON.parse(text);
  if (!answer.ok) throw new ProblemError(answer.status, body as ProblemError["problem"]);
  return body as T;
}
