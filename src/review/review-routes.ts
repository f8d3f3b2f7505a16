import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { type Static, type TSchema, Type } from "typebox";
import { toIso } from "../clock.ts";
import { closed, IdParams, Uuid } from "../http/schemas.ts";
import { requireUser } from "../http/sign-in-guard.ts";
import type { Reviewable } from "../programmes/content.ts";
import { mayUrge, type Reviewer, turnOf } from "./review-rules.ts";
import type { ReviewCase, ReviewService } from "./review-service.ts";
import { CaseView, SignatureBody, viewAct, viewReview } from "./review-view.ts";

const Text = Type.String({ minLength: 1, maxLength: 1000, pattern: "\\S" });
const MAX_ACTS = 200;

interface Options {
  kind: Reviewable["kind"];
  reviews: ReviewService;
  /** The content as its own routes show it. */
  view: (id: string) => unknown;
  schema: TSchema;
}

/** The review of an episode or a session, the same for both. */
export function addReviewRoutes(instance: FastifyInstance, { kind, reviews, view, schema }: Options): void {
  const path = `/${kind}s/:id`;
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const common = { tags: ["review"], params: IdParams, response: { 200: schema } };

  app.get(
    `${path}/review`,
    {
      config: { act: "content:read" },
      schema: {
        ...common,
        summary: "Its review: what is to be heard, who signed what, what was said, whose turn it is",
        response: { 200: CaseView },
      },
    },
    async (request) => viewCase(reviews.case({ kind, id: request.params.id }), requireUser(request)),
  );

  app.post(
    `${path}/submit`,
    {
      config: { act: "content:edit" },
      schema: {
        ...common,
        summary: "Submit it for review; every recording is transcoded and was listened to",
      },
    },
    async (request) => {
      const { id } = request.params;
      reviews.submit({ kind, id }, requireUser(request));
      return view(id);
    },
  );

  app.post(
    `${path}/signatures`,
    {
      config: { act: "content:sign" },
      schema: {
        ...common,
        summary: "Sign the step that it waits for, for what was heard; the last signature lets it air",
        body: SignatureBody,
      },
    },
    async (request) => {
      const { id } = request.params;
      const { urgent = null, ...attempt } = request.body;
      reviews.sign({ kind, id }, requireUser(request), { ...attempt, urgent });
      return view(id);
    },
  );

  app.post(
    `${path}/return`,
    {
      config: { act: "content:sign" },
      schema: {
        ...common,
        summary: "Return it to its editor instead of signing the step that it waits for",
        body: closed({ version: SignatureBody.properties.version, reason: Text }),
      },
    },
    async (request) => {
      const { id } = request.params;
      reviews.returnForWork({ kind, id }, requireUser(request), request.body);
      return view(id);
    },
  );

  app.post(
    `${path}/withdraw-approval`,
    {
      config: { act: "content:withdraw" },
      schema: {
        ...common,
        summary: "Take the approval back; a broadcast of it that is frozen or on air is stopped",
        body: Type.Optional(closed({ reason: Type.Optional(Text) })),
      },
    },
    async (request) => {
      const { id } = request.params;
      reviews.withdraw({ kind, id }, requireUser(request), request.body?.reason ?? null);
      return view(id);
    },
  );

  app.post(
    `${path}/comments`,
    {
      config: { act: "content:comment" },
      schema: {
        ...common,
        summary: "Say something about a moment of what is heard",
        body: closed({
          part: Type.Integer({ minimum: 1, maximum: 20, description: "In air order, from 1" }),
          atMs: Type.Integer({ minimum: 0 }),
          text: Text,
        }),
        response: { 200: CaseView },
      },
    },
    async (request) => {
      const key = { kind, id: request.params.id };
      reviews.comment(key, requireUser(request), request.body);
      return viewCase(reviews.case(key), requireUser(request));
    },
  );

  app.patch(
    `${path}/comments/:commentId`,
    {
      config: { act: "content:comment" },
      schema: {
        ...common,
        summary: "Say that it is resolved, or that it is not",
        params: closed({ id: Uuid, commentId: Uuid }),
        body: closed({ resolved: Type.Boolean() }),
        response: { 200: CaseView },
      },
    },
    async (request) => {
      const { id, commentId } = request.params;
      reviews.settleComment({ kind, id }, requireUser(request), commentId, request.body.resolved);
      return viewCase(reviews.case({ kind, id }), requireUser(request));
    },
  );
}

function viewCase(
  { content, programme, settings, digest, files, lacks, parts, comments, acts, ...standing }: ReviewCase,
  by: Reviewer,
): Static<typeof CaseView> {
  const turn = turnOf(standing.review, by);
  const { kind, id, number, title } = content;
  return {
    kind,
    id,
    programme,
    number,
    title,
    review: viewReview(standing),
    playThrough: settings.playThrough,
    digest,
    files,
    lacks,
    parts,
    myTurn: turn?.isTheirs ?? false,
    mayUrge: mayUrge(standing.review, by),
    whyNotMe: turn?.whyNot ? { detail: turn.whyNot.message, hint: turn.whyNot.hint ?? null } : null,
    comments: comments.map((comment) => ({
      ...comment,
      by: comment.by.name,
      createdAt: toIso(comment.createdAt),
      resolved: comment.resolved && { at: toIso(comment.resolved.at), by: comment.resolved.by.name },
    })),
    acts: acts.slice(-MAX_ACTS).map(viewAct),
  };
}
