/** The few things that can go wrong, as the HTTP layer tells them apart. */
export const ERROR_STATUS = {
  invalid: 422,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  too_slow: 408,
  conflict: 409,
  too_large: 413,
  precondition_required: 428,
  too_many: 429,
  unavailable: 503,
  no_space: 507,
  timeout: 504,
  internal: 500,
} as const;
export type ErrorCode = keyof typeof ERROR_STATUS;

/** One thing wrong with the input: where, and what to do about it. */
export interface ErrorDetail {
  /** JSON pointer into the body, a query parameter's name, or `line 12`. */
  at: string;
  message: string;
}

interface ErrorExtra {
  /** What this problem is called in its document, where its code says too little; `fresh-code-needed`. */
  kind?: string;
  /** For the operator's log; never shown to the caller. */
  cause?: unknown;
  /** What the caller can do about it. */
  hint?: string;
  details?: ErrorDetail[];
  /** Further members of the problem document (RFC 9457 §3.2). */
  members?: Record<string, unknown>;
}

/** An error with a message meant for the person who called. Anything else that is thrown becomes `internal`. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly kind: string;
  readonly hint: string | undefined;
  readonly details: ErrorDetail[] | undefined;
  readonly members: Record<string, unknown>;

  constructor(
    code: ErrorCode,
    message: string,
    { kind = code, cause, hint, details, members = {} }: ErrorExtra = {},
  ) {
    super(message, { cause });
    this.name = "AppError";
    this.code = code;
    this.kind = kind;
    this.hint = hint;
    this.details = details;
    this.members = members;
  }
}

/** `throw invalid("zone", "…")`: refuses one field of the input. */
export function invalid(at: string, message: string, hint?: string): AppError {
  return new AppError("invalid", message, {
    details: [{ at, message }],
    ...(hint === undefined ? {} : { hint }),
  });
}

export const notFound = (what: string, id: string): AppError =>
  new AppError("not_found", `There is no ${what} with id "${id}".`);

/** Refuses a change that was meant for another version than there is by now. @param members what there is now, where it is told */
export const changedMeanwhile = (
  message: string,
  hint: string,
  members: Record<string, unknown> = {},
): AppError => new AppError("conflict", message, { kind: "changed-meanwhile", hint, members });

/** The message of anything that was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** `ENOENT`, `SQLITE_FULL`: what went wrong, without the place. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "";

/** What a full disk is called: by the system, and by SQLite, whose shared memory cannot grow then. */
const DISK_FULL = new Set(["ENOSPC", "EDQUOT", "SQLITE_FULL", "SQLITE_IOERR_SHMSIZE"]);

export const isDiskFull = (error: unknown): boolean => DISK_FULL.has(codeOf(error));

export const diskFull = (cause: unknown): AppError =>
  new AppError("no_space", "The server's disk is full.", {
    cause,
    hint: "It was not saved. Free some room there, or tell the administrator, and send it again.",
  });

/** SQLite does not tell a disk that fails from one that is gone, or from a quota that is used up. */
export const isDiskFailing = (error: unknown): boolean =>
  codeOf(error).startsWith("SQLITE_IOERR") && !isDiskFull(error);

export const diskFailing = (cause: unknown): AppError =>
  new AppError("unavailable", "The server's disk does not read or write.", {
    cause,
    hint: "Tell the administrator: it fails, or a quota of the server's account is used up.",
  });
