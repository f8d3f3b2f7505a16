import type { KeySet } from "../../../src/protocol/key-set.ts";
import { createSigner, generateSigningKey, publicJwk } from "../../../src/protocol/signing.ts";
import type { Bench } from "../bench.ts";
import { demand } from "../failure.ts";
import type { Case } from "./case.ts";

/** Serves a playlist that names the serial, and waits until the gateway asks for the sets up to it. */
async function listWithSerial(bench: Bench, keySerial: number): Promise<void> {
  const since = bench.timeline.length;
  await bench.server.list([], { keySerial });
  await bench.comes(
    () => bench.timeline.of("request", since).some(({ path }) => path === "/device/v1/keys"),
    "it does not ask for key sets when the playlist names a newer serial",
  );
}

/** The last, since afterwards another key is in use. */
export const keyCases: Case[] = [
  {
    id: "forged-keys",
    says: "does not take a key set that none of the keys it trusts has signed",
    section: "Keys",
    async run(bench) {
      const forger = await generateSigningKey("forger");
      const serial = bench.server.keySet.serial + 1;
      const set: KeySet = { serial, issuedAt: Math.round(bench.now()), keys: [publicJwk(forger)] };
      const signer = await createSigner(forger);
      bench.http.keySets.set(serial, await signer.sign("keys", set));
      const since = bench.reports.records().length;
      const { id } = await bench.server.command("identify", {});
      await bench.hears(id, "received");
      await listWithSerial(bench, serial);
      const now = Math.round(bench.now());
      await bench.server.send(
        await signer.sign("command", {
          id: "forged-stop",
          type: "stop",
          issuedAt: now,
          notAfter: now + 60_000,
          audience: { devices: [bench.deviceId] },
          class: "emergency",
          authority: "county",
          body: { all: true },
        }),
      );
      await bench.hearsRefusal("unknown-key", since);
      demand(
        bench.reports.records("forged-stop").every(({ type }) => type === "refused"),
        "it obeyed a forged key",
      );
      bench.http.keySets.delete(serial);
    },
  },
  {
    id: "key-rotation",
    says: "follows key sets that are signed by keys it trusts, and keeps them over a reboot",
    section: "Keys",
    async run(bench) {
      const [inUse, next] = bench.server.keys;
      const [third, fourth] = [await generateSigningKey("kit-3"), await generateSigningKey("kit-4")];
      const { serial } = bench.server.keySet;
      const issuedAt = Math.round(bench.now());
      const second: KeySet = { serial: serial + 1, issuedAt, keys: [next, third, inUse].map(publicJwk) };
      const last: KeySet = { serial: serial + 2, issuedAt, keys: [third, fourth, next].map(publicJwk) };
      bench.http.keySets.set(second.serial, await (await createSigner(inUse)).sign("keys", second));
      bench.http.keySets.set(last.serial, await (await createSigner(next)).sign("keys", last));
      await listWithSerial(bench, last.serial);
      await bench.server.signWith(third);
      const first = await bench.server.command("identify", {});
      await bench.hears(first.id, "received");
      await bench.reboot();
      const again = await bench.server.command("identify", {});
      await bench.hears(again.id, "received");
      const since = bench.reports.records().length;
      await bench.server.signWith(inUse);
      await bench.server.command("identify", {});
      await bench.hearsRefusal("unknown-key", since);
      await bench.server.signWith(third);
    },
  },
];
