import type { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type PeerCertificate, TLSSocket } from "node:tls";
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
export function addressOf(connection: Duplex, request: IncomingMessage | undefined): string | undefined {
  if (request) return request.socket.remoteAddress;
  return connection instanceof Socket ? connection.remoteAddress : undefined;
}

/** The common name of a client's certificate, when the devices' authority signed it. */
export function certificateNameOf({ conn }: Client): string | undefined {
  if (!(conn instanceof TLSSocket) || !conn.authorized) return undefined;
  // A TLS 1.3 session that is resumed counts as authorized without any certificate, when it began without one.
  const { subject } = conn.getPeerCertificate() as Partial<PeerCertificate>;
  return Array.isArray(subject?.CN) ? undefined : subject?.CN;
}
