import { BlockList, isIPv6 } from "node:net";
import { normalizeIP } from "@fastify/rate-limit";

/** Whoever has an IPv6 address has its whole network of 64 bits (RFC 6177), and a new address for each attempt. */
const IPV6_PREFIX = 64;

/** What an address is counted as: itself, or the IPv6 network that it is in; IPv4 as mapped into IPv6 is IPv4. */
export const addressBlock = (address: string): string =>
  normalizeIP(address.split("%")[0] ?? "", IPV6_PREFIX);

/** Whether an address is one of these, or in one of these networks such as `10.0.0.0/8`. */
export function addressList(entries: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = "", bits] = entry.split("/");
    const family = isIPv6(address) ? "ipv6" : "ipv4";
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return (address) => list.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}
