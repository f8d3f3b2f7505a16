import {
  AuthorizationResponseError,
  ClientError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from "openid-client";
import { AppError } from "../errors.ts";

/** Of the provider's own words only what is a code: the rest comes by an address that anybody may have written. */
const codeIn = (text: string): string => (/^[a-z_]{1,40}$/.test(text) ? text : "an error");

const again = "Sign in again.";

/** What each of these means, after a code of the library's. */
const REFUSALS: Record<string, { says: string; hint: string }> = {
  OAUTH_JWT_TIMESTAMP_CHECK_FAILED: {
    says: "The provider's answer is from another time: it has expired, or its clock and this server's differ.",
    hint: "Sign in again; if it happens again, tell the administrator to set both clocks by the network.",
  },
  OAUTH_JWT_CLAIM_COMPARISON_FAILED: {
    says: "The provider's answer is for another sign-in, or for another server.",
    hint: again,
  },
};
const TOO_LONG_AGO = {
  says: "You signed in at the provider too long ago for this.",
  hint: "Sign in again, and give your password at the provider.",
};
const NOT_GENUINE = {
  says: "The answer cannot be trusted: it does not hold what the provider must answer.",
  hint: "Sign in again; if it happens again, tell the administrator, who finds the reason in the server's log.",
};

/** Says in words what went wrong between this server and the provider; the cause is for the log. */
export function explainOidc(cause: unknown): AppError {
  if (cause instanceof AppError) return cause;
  if (cause instanceof AuthorizationResponseError) return explainAnswer(cause);
  if (cause instanceof ResponseBodyError) return explainRefusal(cause, cause.error);
  if (cause instanceof WWWAuthenticateChallengeError) return explainRefusal(cause, "invalid_client");
  if (isUnreachable(cause)) {
    return new AppError("unavailable", "The sign-in provider cannot be reached, or is not well.", {
      cause,
      hint: "Try again in a minute; tell the administrator if it goes on. Everything else goes on meanwhile.",
    });
  }
  const isOld = claimIn(cause) === "auth_time";
  const { says, hint } = isOld ? TOO_LONG_AGO : (REFUSALS[codeOf(cause)] ?? NOT_GENUINE);
  return new AppError("unauthorized", says, { cause, hint });
}

/** What the browser brought back instead of a code. */
function explainAnswer(cause: AuthorizationResponseError): AppError {
  if (cause.error === "access_denied")
    return new AppError("unauthorized", "The sign-in was refused, or called off, at the provider.", {
      cause,
      hint: "Sign in again, or ask whoever keeps the accounts there.",
    });
  return new AppError(
    "unauthorized",
    `The provider did not sign you in: it answers "${codeIn(cause.error)}".`,
    {
      cause,
      hint: "Sign in again; if it happens again, tell the administrator what it answers.",
    },
  );
}

/** What the provider says to this server itself. */
function explainRefusal(cause: Error, error: string): AppError {
  if (error === "invalid_grant")
    return new AppError("unauthorized", "This sign-in was used already, or took too long.", {
      cause,
      hint: again,
    });
  return new AppError("unavailable", `The provider refuses this server: it answers "${codeIn(error)}".`, {
    cause,
    hint: "Tell the administrator: the client's id, its secret or its address at the provider is not right.",
  });
}

const codeOf = (error: unknown): string => (error instanceof ClientError ? (error.code ?? "") : "");

/** The claim whose time or value does not hold, as the library keeps it with the error or the cause of that. */
function claimIn(error: unknown): unknown {
  if (typeof error !== "object" || error === null) return undefined;
  const { claim, cause } = error as { claim?: unknown; cause?: unknown };
  return claim ?? claimIn(cause);
}

/** No answer, or none of OpenID Connect's. */
const NO_ANSWER = new Set([
  "",
  "OAUTH_TIMEOUT",
  "OAUTH_ABORT",
  "OAUTH_RESPONSE_IS_NOT_CONFORM",
  "OAUTH_RESPONSE_IS_NOT_JSON",
  "OAUTH_PARSE_ERROR",
]);
function isUnreachable(error: unknown): boolean {
  // What `fetch` throws has no code of the library's.
  if (error instanceof TypeError) return !("code" in error);
  return error instanceof ClientError && NO_ANSWER.has(error.code ?? "");
}
