/** The few things that can go wrong, as the HTTP layer tells them apart. */
export const ERROR_STATUS = {
  invalid: 422,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  precondition_failed: 412,
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
  readonly hint: string | undefined;
  readonly details: ErrorDetail[] | undefined;
  readonly members: Record<string, unknown>;

  constructor(code: ErrorCode, message: string, { cause, hint, details, members = {} }: ErrorExtra = {}) {
    super(message, { cause });
    this.name = "AppError";
    this.code = code;
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

/** The message of anything that was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What a full disk is called: by the system, and by SQLite, which has only an I/O error for it on some file systems. */
const DISK_FULL = new Set(["ENOSPC", "EDQUOT", "SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE"]);

export const isDiskFull = (error: unknown): boolean =>
  error instanceof Error && "code" in error && DISK_FULL.has(String(error.code));

export const diskFull = (cause: unknown): AppError =>
  new AppError("no_space", "The server's disk is full.", { cause, hint: "Tell the administrator." });
