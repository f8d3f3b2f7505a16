import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { reachFor, withinCode } from "../http/permission-guard.ts";
import { closed, PageQuery, pageFrom, pageOf, RegionCode } from "../http/schemas.ts";
import { CONTACT_COLUMNS } from "./contact-csv.ts";
import type { ContactService } from "./contact-service.ts";
import { ContactsBody, RegionContactView } from "./contact-view.ts";
import { acceptCsv, MAX_CSV_BYTES } from "./csv-body.ts";

const CodeParams = closed({ code: RegionCode });
const Count = Type.Integer({ minimum: 0 });

/**
 * Whom to call about a region: personal data, whose every reading the audit log notes, without a number. Mounted under the
 * API's prefix, inside the sign-in guard.
 */
export async function contactRoutes(instance: FastifyInstance, { contacts }: { contacts: ContactService }) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const tags = ["regions"];
  acceptCsv(instance);
  app.addHook("onSend", async (_request, reply) => void reply.header("cache-control", "private, no-store"));

  app.get(
    "/contacts",
    {
      config: { act: "contacts:call", within: () => "narrowed", isAudited: true },
      schema: {
        tags,
        summary: "Whom to call about which region, as far as the own roles reach; the log says who read it",
        querystring: closed(PageQuery),
        response: { 200: pageOf(RegionContactView) },
      },
    },
    async (request) => {
      const { limit, cursor } = request.query;
      const rows = contacts.list(reachFor(request, "contacts:call"), cursor, limit);
      return pageFrom(rows, limit, contacts.cursorOf);
    },
  );

  app.get(
    "/regions/:code/contacts",
    {
      config: { act: "contacts:call", within: withinCode, isAudited: true },
      schema: {
        tags,
        summary: "Whom to call about one region; the log says who read it",
        params: CodeParams,
        response: { 200: ContactsBody },
      },
    },
    async (request) => ({ contacts: contacts.of(request.params.code) }),
  );

  app.put(
    "/regions/:code/contacts",
    {
      config: { act: "contacts:edit", within: withinCode },
      schema: {
        tags,
        summary: "Set whom to call about one region, first to last; an empty list erases them",
        params: CodeParams,
        body: ContactsBody,
        response: { 200: ContactsBody },
      },
    },
    async (request) => ({ contacts: contacts.replace(request.params.code, request.body.contacts) }),
  );

  app.post(
    "/contacts/import",
    {
      config: { act: "regions:import" },
      bodyLimit: MAX_CSV_BYTES,
      schema: {
        tags,
        summary: "Import whom to call from CSV, all or nothing, in place of what the regions in the file had",
        consumes: ["text/csv"],
        body: Type.String({ description: `UTF-8, header \`${CONTACT_COLUMNS.join(",")}\`` }),
        response: { 200: Type.Object({ regions: Count, contacts: Count }) },
      },
    },
    async (request) => contacts.importCsv(request.body),
  );
}
