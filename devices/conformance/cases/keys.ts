import type { KeySet } from "../../../src/protocol/key-set.ts";
import { createSigner, generateSigningKey, publicJwk } from "../../../src/protocol/signing.ts";
import { demand } from "../failure.ts";
import type { Case } from "./case.ts";

/** The last, since afterwards another key is in use. */
export const keyCases: Case[] = [
  {
    id: "forged-keys",
    says: "does not take a key set that none of the keys it trusts has signed",
    section: "Keys",
    async run(bench) {
      const forger = await generateSigningKey("forger");
      const serial = bench.keySet.serial + 1;
      const set: KeySet = { serial, issuedAt: Math.round(bench.now()), keys: [publicJwk(forger)] };
      const signer = await createSigner(forger);
      bench.http.keySets.set(serial, await signer.sign("keys", set));
      const since = bench.records().length;
      const { id } = await bench.command("identify", {});
      await bench.hears(id, "received");
      await bench.list([], { keySerial: serial });
      const now = Math.round(bench.now());
      await bench.send(
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
        bench.records("forged-stop").every(({ type }) => type === "refused"),
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
      const [inUse, next] = bench.keys;
      const [third, fourth] = [await generateSigningKey("kit-3"), await generateSigningKey("kit-4")];
      const { serial } = bench.keySet;
      const issuedAt = Math.round(bench.now());
      const second: KeySet = { serial: serial + 1, issuedAt, keys: [next, third, inUse].map(publicJwk) };
      const last: KeySet = { serial: serial + 2, issuedAt, keys: [third, fourth, next].map(publicJwk) };
      bench.http.keySets.set(second.serial, await (await createSigner(inUse)).sign("keys", second));
      bench.http.keySets.set(last.serial, await (await createSigner(next)).sign("keys", last));
      await bench.list([], { keySerial: last.serial });
      const asked = () => bench.timeline.of("request").some(({ path }) => path === "/device/v1/keys");
      await bench.comes(asked, "it does not ask for key sets when the playlist names a newer serial");
      await bench.signWith(third);
      const first = await bench.command("identify", {});
      await bench.hears(first.id, "received");
      await bench.reboot();
      const again = await bench.command("identify", {});
      await bench.hears(again.id, "received");
      const since = bench.records().length;
      await bench.signWith(inUse);
      await bench.command("identify", {});
      await bench.hearsRefusal("unknown-key", since);
      await bench.signWith(third);
    },
  },
];
