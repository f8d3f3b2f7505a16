import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import type { Static } from "typebox";
import { toIso } from "../clock.ts";
import type { ConsentService } from "../consents/consent-service.ts";
import { requireUser } from "../http/sign-in-guard.ts";
import type { Reviewable } from "../programmes/content.ts";
import type { Review } from "./review.ts";
import { type EndedItem, type QueueItem, QueueView } from "./review-queue-view.ts";
import { turnOf } from "./review-rules.ts";
import type { ReviewService } from "./review-service.ts";
import { viewAct, viewOwed, viewSignatures } from "./review-view.ts";

/** What waits for whoever asks; mounted under the API's prefix, inside the sign-in guard. */
export async function reviewQueueRoutes(
  instance: FastifyInstance,
  { reviews, consents }: { reviews: ReviewService; consents: ConsentService },
) {
  instance.withTypeProvider<TypeBoxTypeProvider>().get(
    "/review-queue",
    {
      config: { act: "content:read" },
      schema: {
        tags: ["review"],
        summary: "What waits for the signature of whoever asks, what waits longest first",
        response: { 200: QueueView },
      },
    },
    async (request) => {
      const by = requireUser(request);
      const waiting = reviews.waiting();
      return {
        items: waiting.filter(({ review }) => turnOf(review, by)?.isTheirs).flatMap(viewWaiting),
        owed: reviews.owing().map(({ content, owed }) => ({ ...named(content), owed: viewOwed(owed) })),
        silenced: consents.silenced().map(({ content, changedAt, ...silenced }) => ({
          ...named(content),
          ...silenced,
          changedAt: toIso(changedAt),
        })),
        ended: reviews.ended().flatMap(viewEnded),
      };
    },
  );
}

interface Reviewed {
  content: Reviewable;
  review: Review;
}
const named = ({ kind, id, number, title, durationMs }: Reviewable) => ({
  kind,
  id,
  number,
  title,
  durationMs,
});

function viewEnded({ content, review: { ended, submission } }: Reviewed): Static<typeof EndedItem>[] {
  if (ended === null || submission === null) return [];
  const told = [submission, ...ended.lost].map(({ by }) => by.name);
  const { act, lost } = ended;
  return [{ ...named(content), by: viewAct(act), lost: viewSignatures(lost), told: [...new Set(told)] }];
}

function viewWaiting({ content, review }: Reviewed): Static<typeof QueueItem>[] {
  const { next, submission } = review;
  if (next === null || submission === null) return [];
  const submitted = { submittedBy: submission.by.name, submittedAt: toIso(submission.at) };
  return [{ ...named(content), step: next, ...submitted }];
}
