import { createHmac, timingSafeEqual } from "node:crypto";

/** The lecture and the site that a check-in address is for. */
export interface CheckInPlace {
  broadcastId: string;
  regionCode: string;
}

const UUID_BYTES = 16;
/** 12 decimal digits are below 2^40. */
const CODE_BYTES = 5;
const PLACE_BYTES = UUID_BYTES + CODE_BYTES;
const MAC_BYTES = 16;
export const TOKEN_CHARS = Math.ceil(((PLACE_BYTES + MAC_BYTES) * 4) / 3);

const PAGE = "/check-in/";

/**
 * Addresses that say what they are for and that nobody can make up: HMAC-SHA-256, cut to 128 bits, so that none has to be
 * kept. The token stands behind the `#`, which no browser sends: it is in no log.
 */
export function createCheckInLinks(key: string) {
  const macOf = (place: Buffer) => createHmac("sha256", key).update(place).digest().subarray(0, MAC_BYTES);

  function tokenOf({ broadcastId, regionCode }: CheckInPlace): string {
    const place = Buffer.alloc(PLACE_BYTES);
    place.write(broadcastId.replaceAll("-", ""), "hex");
    place.writeUIntBE(Number(regionCode), UUID_BYTES, CODE_BYTES);
    return Buffer.concat([place, macOf(place)]).toString("base64url");
  }

  return {
    /** @param origin `https://ring.example` */
    addressOf: (origin: string, place: CheckInPlace): string =>
      `${origin.replace(/\/$/, "")}${PAGE}#${tokenOf(place)}`,

    /** `null` for one that this server has not made. */
    placeOf(token: string): CheckInPlace | null {
      const bytes = Buffer.from(token, "base64url");
      if (bytes.length !== PLACE_BYTES + MAC_BYTES) return null;
      const place = bytes.subarray(0, PLACE_BYTES);
      if (!timingSafeEqual(bytes.subarray(PLACE_BYTES), macOf(place))) return null;
      const hex = place.toString("hex", 0, UUID_BYTES);
      return {
        broadcastId: hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-"),
        regionCode: String(place.readUIntBE(UUID_BYTES, CODE_BYTES)),
      };
    },
  };
}
export type CheckInLinks = ReturnType<typeof createCheckInLinks>;
