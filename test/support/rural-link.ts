import { execFileSync, spawn } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { until } from "../../scripts/until.ts";

/** What a link does to each packet, in either direction. */
export interface LinkQuality {
  delayMs: number;
  /** More or less, evenly. */
  jitterMs: number;
  /** Of packets that are lost, 0 to 1. */
  loss: number;
}

/** A network namespace whose only way out is a link of such a quality. */
export interface RuralLink {
  /** Goes before a program and its arguments, to run it there. */
  readonly enter: readonly string[];
  close(): Promise<void>;
}

/** Where the world is for every namespace: an address of this machine alone. */
export const WORLD = "10.78.255.1";
const OUTER_PORT = 7000;

const ip = (...args: string[]) => execFileSync("ip", args, { stdio: "pipe" });
const inside = (name: string, ...args: string[]) => ip("-n", name, ...args);

/** Gives this machine the address `WORLD`. @returns takes it away again */
export function openWorld(): () => void {
  try {
    ip("address", "replace", `${WORLD}/32`, "dev", "lo");
  } catch (cause) {
    throw new Error("Network namespaces cannot be made here: run this test as root, with CAP_NET_ADMIN.", {
      cause,
    });
  }
  return () => void ip("address", "del", `${WORLD}/32`, "dev", "lo");
}

/**
 * Both ends are TUN devices, and every packet between them goes late, or never, so that TCP meets it as it meets a real
 * link: what `tc netem` does, for kernels that are built without it too.
 * @param index 1 to 200: which of the links that are open at a time
 */
export async function openRuralLink(
  index: number,
  { delayMs, jitterMs, loss }: LinkQuality,
): Promise<RuralLink> {
  const name = `ccx-rural-${index}`;
  const outer = { here: `10.77.${index}.1`, there: `10.77.${index}.2` };
  const inner = { here: `10.78.${index}.1`, there: `10.78.${index}.2` };
  const [near, far] = [`ccxn${index}`, `ccxf${index}`];
  ip("netns", "add", name);
  ip("link", "add", near, "type", "veth", "peer", "name", far, "netns", name);
  ip("address", "add", `${outer.here}/30`, "dev", near);
  ip("link", "set", near, "up");
  inside(name, "link", "set", "lo", "up");
  inside(name, "address", "add", `${outer.there}/30`, "dev", far);
  inside(name, "link", "set", far, "up");

  let isOpen = true;
  const sockets = [await bound(outer.here), await bound("127.0.0.1")] as const;
  const homePort = OUTER_PORT + index;
  const [toThere, toHere] = sockets;
  const relay = (from: Socket, to: Socket, port: number, address: string) =>
    from.on("message", (packet) => {
      if (Math.random() < loss) return;
      const inMs = delayMs + jitterMs * (2 * Math.random() - 1);
      setTimeout(() => isOpen && to.send(packet, port, address, () => {}), inMs);
    });
  relay(toThere, toHere, homePort, "127.0.0.1");
  relay(toHere, toThere, OUTER_PORT, outer.there);
  const enter = ["ip", "netns", "exec", name];
  const tunnels = [
    tunnel([], `ccxt${index}`, inner.here, `127.0.0.1:${toHere.address().port},bind=127.0.0.1:${homePort}`),
    tunnel(
      enter,
      "tun0",
      inner.there,
      `${outer.here}:${toThere.address().port},bind=${outer.there}:${OUTER_PORT}`,
    ),
  ];
  // The way to the world exists once the device does.
  await until(
    () => {
      try {
        inside(name, "route", "replace", WORLD, "via", inner.here);
        return true;
      } catch {
        return false;
      }
    },
    { what: "the tunnel" },
  );

  return {
    enter,
    async close() {
      isOpen = false;
      for (const child of tunnels) {
        child.kill();
        await once(child, "exit");
      }
      for (const socket of sockets) socket.close();
      ip("link", "del", near);
      ip("netns", "del", name);
    },
  };
}

async function bound(address: string): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.bind(0, address);
  await once(socket, "listening");
  return socket;
}

/** A TUN device whose packets travel as UDP to `peer`. */
function tunnel(enter: readonly string[], device: string, address: string, peer: string) {
  const words = [...enter, "socat", `TUN:${address}/24,tun-name=${device},iff-up`, `UDP4:${peer}`];
  return spawn(words[0] ?? "", words.slice(1), { stdio: "ignore" });
}
