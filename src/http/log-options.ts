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
