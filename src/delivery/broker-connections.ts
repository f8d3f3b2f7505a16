import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import type { Client } from "aedes";

/** The connections of a broker, whichever listener they came by: counted, and found again by whose they are. */
export interface BrokerConnections {
  readonly count: number;
  add(connection: Duplex): void;
  /** Remembers whose it is. */
  own(client: Client): void;
  /** Who is connected under an id; two, while one takes over from the other. */
  of(clientId: string): Iterable<Client>;
  /** Cuts all that are a client's. */
  cut(clientId: string): void;
  cutAll(): void;
}

export function createBrokerConnections(): BrokerConnections {
  const open = new Set<Duplex>();
  const owned = new Map<string, Set<Client>>();
  return {
    get count() {
      return open.size;
    },
    add(connection) {
      open.add(connection);
      connection.once("close", () => open.delete(connection));
    },
    own(client) {
      const { id } = client;
      const own = owned.get(id) ?? new Set();
      owned.set(id, own.add(client));
      connectionOf(client).once("close", () => {
        own.delete(client);
        if (own.size === 0 && owned.get(id) === own) owned.delete(id);
      });
    },
    of: (clientId) => owned.get(clientId) ?? [],
    cut(clientId) {
      for (const client of owned.get(clientId) ?? []) connectionOf(client).destroy();
    },
    cutAll() {
      for (const connection of open) connection.destroy();
    },
  };
}

/** Every connection is a stream of Node's: a socket, or one made of a WebSocket. */
export const connectionOf = ({ conn }: Client): Duplex => conn;

/** Where a client is; for the log. */
export function addressOf({ conn, req }: Client): string | undefined {
  if (req) return req.socket.remoteAddress;
  return conn instanceof Socket ? conn.remoteAddress : undefined;
}

/** The common name of a client's certificate, when the devices' authority signed it. */
export function certificateNameOf({ conn }: Client): string | undefined {
  if (!(conn instanceof TLSSocket) || !conn.authorized) return undefined;
  const { CN } = conn.getPeerCertificate().subject;
  return Array.isArray(CN) ? undefined : CN;
}
