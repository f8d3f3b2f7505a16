import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { Aedes } from "aedes";
import { ACCEPT_QUEUE } from "../../src/http/accept-queue.ts";

/** aedes as it comes, with nothing of ours: the baseline of the fan-out. */
const aedes = await Aedes.createBroker();
const server = createServer(aedes.handle).listen({ port: 0, host: "127.0.0.1", backlog: ACCEPT_QUEUE });
await once(server, "listening");
process.send?.((server.address() as AddressInfo).port);
