import type { Socket } from "node:net";
import { AppError } from "../errors.ts";
import { toProblem } from "./problem.ts";

interface ConnectionError {
  code?: string;
}

/**
 * Answers what never became a whole request: a malformed one, or a body that ended before its declared length. Without
 * this the sender of a cut upload would see nothing but a closed connection.
 */
export function answerBrokenRequest(error: ConnectionError, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem = toProblem(toAppError(error), "");
  const body = JSON.stringify(problem);
  socket.write(
    `HTTP/1.1 ${problem.status} ${problem.title}\r\nContent-Type: application/problem+json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
  // Whoever goes on sending would keep it open.
  socket.destroySoon();
}

function toAppError({ code }: ConnectionError): AppError {
  switch (code) {
    case "HPE_INVALID_EOF_STATE":
      return new AppError("invalid", "The request ended before its declared length.", {
        hint: "Nothing was stored. Send it again, whole.",
      });
    case "HPE_HEADER_OVERFLOW":
      return new AppError("too_large", "The request's headers are too large.");
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return new AppError("too_slow", "The request did not arrive in time.", {
        hint: "Send it again over a faster line; a recording goes on where it was cut, by the tus protocol.",
      });
    case undefined:
    default:
      return new AppError("invalid", "This is not an HTTP request.");
  }
}
