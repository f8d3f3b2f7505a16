import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import type { FastifyContextConfig, FastifyInstance } from "fastify";
import { ruleOf } from "../people/permissions.ts";

const description = `Instants are UTC in ISO 8601; wall-clock rules carry an IANA zone. Errors are RFC 9457 problem documents.
Sign in with \`POST /api/v1/sign-in\` (\`GET\` says how else); every request that changes something carries the answer's \`csrfToken\` as \`x-csrf-token\`.
Scripts send a token of their own instead (\`POST /api/v1/me/tokens\`), as \`Authorization: Bearer …\`. Each operation says in \`x-act\`
what somebody does who calls it, and in \`x-roles\` whose roles include that.
A change that was meant for another version than there is by now (\`If-Match\`, \`ifVersion\` or \`version\`) is answered 409 with the type
\`urn:ccx:problem:changed-meanwhile\`, and nothing is changed.`;

/** Of the pages at /api/docs: what Swagger UI needs, from here alone. The hash is of the one style that it adds itself. */
const DOCS_POLICY = {
  "default-src": "'none'",
  "script-src": "'self'",
  "style-src": "'self' 'sha256-RL3ie0nH+Lzz2YNqQN83mnU0J1ot4QL7b99vMdIX99w='",
  "img-src": "'self' data:",
  "connect-src": "'self'",
  "base-uri": "'none'",
  "form-action": "'none'",
  "frame-ancestors": "'none'",
};

/** OpenAPI 3.1 from the route schemas. Registered before the routes it describes. */
export async function registerOpenApi(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title: "Cuncunxiang 村村响", version, description },
      components: {
        securitySchemes: {
          signIn: { type: "apiKey", in: "cookie", name: "ccx_sign_in" },
          script: { type: "http", scheme: "bearer" },
          device: { type: "http", scheme: "bearer" },
          calendarLink: { type: "apiKey", in: "query", name: "token" },
        },
      },
    },
    // Every operation can answer with a problem; saying it here keeps the routes free of repetition.
    transform: ({ schema, url, route, ...rest }) => ({
      url,
      route,
      schema: {
        ...schema,
        ...whoMay(route.config?.act),
        response: {
          ...(schema?.response as object | undefined),
          default: { $ref: "Problem#", description: "A problem document" },
        },
        security: securityOf(url, route.config?.act),
      },
      ...rest,
    }),
    refResolver: {
      buildLocalReference: (json, _base, _fragment, index) =>
        typeof json.$id === "string" ? json.$id : `def-${index}`,
    },
  });
}

/** `/api/docs`, to browse it. */
export const openApiPages = async (side: FastifyInstance): Promise<void> => {
  await side.register(swaggerUi, { routePrefix: "/api/docs", staticCSP: DOCS_POLICY });
};

function whoMay(act: FastifyContextConfig["act"]): object {
  if (typeof act !== "string" || act === "public") return {};
  return { "x-act": act, "x-roles": ruleOf(act).roles };
}

function securityOf(url: string, act: FastifyContextConfig["act"]): Record<string, string[]>[] {
  if (url === "/calendar.ics") return [{ calendarLink: [] }];
  if (act === "public" || url === "/device/v1/enroll" || url.startsWith("/.well-known/")) return [];
  if (url.startsWith("/device/")) return [{ device: [] }];
  if (url.startsWith("/media/")) return [{ device: [] }, { signIn: [] }, { script: [] }];
  return url.startsWith("/api/v1/") ? [{ signIn: [] }, { script: [] }] : [];
}
