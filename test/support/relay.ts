import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export type Relay = Awaited<ReturnType<typeof startRelay>>;

/** A network that can be cut: passes TCP connections on, or ends those there are and takes no others. */
export async function startRelay(port: () => number) {
  const sockets = new Set<Socket>();
  let isCut = false;

  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    // The other side sees the end of it, and that is all there is to it.
    socket.on("error", () => socket.destroy());
    return socket;
  };
  const server = createServer((client) => {
    if (isCut) return client.destroy();
    const upstream = keep(connect(port(), "127.0.0.1"));
    keep(client).pipe(upstream).pipe(client);
    client.on("close", () => upstream.destroy());
    upstream.on("close", () => client.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  function cut(): void {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    mend: () => void (isCut = false),
    async close(): Promise<void> {
      cut();
      server.close();
      await once(server, "close");
    },
  };
}
