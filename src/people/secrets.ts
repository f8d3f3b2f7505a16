import { createHash, randomBytes } from "node:crypto";

/** 256 random bits for a cookie, a link or a script; only their hash is kept. */
export const newToken = (prefix = ""): string => prefix + randomBytes(32).toString("base64url");

/** Enough for what is random itself; passwords go through Argon2id. */
export const hashOf = (secret: string): string => createHash("sha256").update(secret).digest("hex");
