import type { IncomingMessage, Server, ServerResponse } from "node:http";

/** Whether it has answered; what it has not is still whole, for somebody else. */
export type AnswerFirst = (request: IncomingMessage, response: ServerResponse) => boolean;

/** Lets `answer` look at each request before the framework whose server it is, until that ends. */
export function answerFirst(server: Server, answer: AnswerFirst): void {
  const handlers = server.listeners("request") as ((...of: Parameters<AnswerFirst>) => void)[];
  server.removeAllListeners("request");
  server.on("request", (request, response) => {
    if (server.listening && answer(request, response)) return;
    for (const handle of handlers) handle(request, response);
  });
}
