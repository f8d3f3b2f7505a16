import { type Gateway, type GatewayOptions, startGateway } from "./gateway.ts";

export interface FleetOptions extends GatewayOptions {
  /** One enrolment code a gateway. */
  codes: string[];
  /** Enrolments and connections under way at once. */
  concurrency?: number;
}

export interface Fleet {
  readonly size: number;
  /** Records that the server has not acknowledged yet. */
  waiting(): number;
  /** From now on nothing goes wrong: every line holds, there is power everywhere, and acknowledgements arrive. */
  calm(): void;
  close(): Promise<void>;
}

/** Many light gateways in one process: each enrols, connects, listens and reports for itself. */
export async function createFleet(options: FleetOptions): Promise<Fleet> {
  const { codes, concurrency = 50 } = options;
  const gateways: Gateway[] = [];
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < codes.length; index = next++) {
      gateways.push(await startGateway(options, index, codes[index] ?? ""));
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  for (const gateway of gateways) gateway.beset();
  return {
    size: gateways.length,
    waiting: () => gateways.reduce((sum, gateway) => sum + gateway.waiting(), 0),
    calm() {
      for (const gateway of gateways) gateway.calm();
    },
    close: async () => void (await Promise.all(gateways.map((gateway) => gateway.close()))),
  };
}
