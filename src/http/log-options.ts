import { type FastifyRequest, LogController } from "fastify";
import type { LoggerOptions } from "pino";

/**
 * How requests appear in the log. The query stays out: a signed media address is a permission, and whoever reads the
 * log would have it.
 */
export const logOptions: LoggerOptions = {
  redact: ["req.headers.authorization", "req.headers.cookie"],
  serializers: {
    req: (request: { method: string; url: string; ip: string }) => ({
      method: request.method,
      url: request.url.split("?")[0],
      remoteAddress: request.ip,
    }),
  },
};

const POLLED = new Set(["/device/v1/playlist"]);
/** What a county polls: log lines of requests, answers and refusals would cost more than the answers. */
export const isPolled = ({ url }: FastifyRequest): boolean => POLLED.has(url);

/** Warnings and errors stand, of what is polled, too. */
export class RequestLog extends LogController {
  override incomingRequest(...of: Parameters<LogController["incomingRequest"]>): void {
    if (!isPolled(of[0])) super.incomingRequest(...of);
  }
  override requestCompleted(...of: Parameters<LogController["requestCompleted"]>): void {
    const [error, request] = of;
    if (error || !isPolled(request)) super.requestCompleted(...of);
  }
}
