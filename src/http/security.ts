import cookie from "@fastify/cookie";
import csrf from "@fastify/csrf-protection";
import helmet from "@fastify/helmet";
import type { FastifyInstance } from "fastify";

export interface SecurityOptions {
  secureCookies: boolean;
  csrfKey: string;
}

/** The console speaks into a microphone; nothing that it might frame does, and nobody needs the rest. */
const PERMISSIONS =
  "microphone=(self), camera=(), geolocation=(), display-capture=(), usb=(), serial=(), payment=()";

/** Cookies, CSRF tokens and response headers; registered before any route. */
export async function registerSecurity(app: FastifyInstance, options: SecurityOptions): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
        formAction: ["'self'"],
        objectSrc: ["'none'"],
        imgSrc: ["'self'", "data:"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        // What was just recorded is listened to before it is sent.
        mediaSrc: ["'self'", "blob:"],
      },
    },
    strictTransportSecurity: options.secureCookies,
  });
  app.addHook("onRequest", (_request, reply, done) => {
    reply.header("permissions-policy", PERMISSIONS);
    done();
  });
  await app.register(cookie);
  // The token is bound to the sign-in, so one that was fetched under another sign-in is worth nothing.
  await app.register(csrf, {
    sessionPlugin: "@fastify/cookie",
    cookieKey: "ccx_csrf",
    cookieOpts: { path: "/", httpOnly: true, sameSite: "strict", secure: options.secureCookies },
    csrfOpts: { hmacKey: options.csrfKey, userInfo: true },
    getUserInfo: (request) => request.signIn?.id ?? "",
    getToken: (request) => {
      const header = request.headers["x-csrf-token"];
      return typeof header === "string" ? header : undefined;
    },
  });
}

/** What is told to who is signed in stays in no cache, unless its route says so; added before anything that may answer. */
export function keepOutOfCaches(api: FastifyInstance): void {
  api.addHook("onRequest", (_request, reply, done) => {
    reply.header("cache-control", "no-store");
    done();
  });
}

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Demands a CSRF token of every request that changes something; added inside the sign-in guard. A browser adds cookies to
 * a forged request, but never the `Authorization` of a script's token.
 */
export function guardAgainstForgery(app: FastifyInstance): void {
  app.addHook("onRequest", (request, reply, done) => {
    if (SAFE_METHODS.has(request.method) || request.signIn?.scopes) return done();
    app.csrfProtection(request, reply, done);
  });
}
