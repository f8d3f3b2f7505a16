import { createSigner, generateSigningKey } from "../../../src/protocol/signing.ts";
import { alertTopic } from "../../../src/protocol/topics.ts";
import { AREAS, VILLAGE } from "../bench.ts";
import { demand } from "../failure.ts";
import type { Case } from "./case.ts";

const [, TOWN = "", COUNTY = ""] = AREAS;

export const alertCases: Case[] = [
  {
    id: "alert",
    says: "joins a standing alert, goes on over and over, and ends when its own area clears it, not another",
    section: "What a gateway does",
    async run(bench) {
      await bench.server.list([]);
      const alert = await bench.server.alert(COUNTY, -3_000, { items: [bench.server.item(2_000)] });
      await bench.hears(alert.id, "started");
      await bench.server.clearAlert(VILLAGE);
      await bench.server.clearAlert(TOWN);
      await bench.passes(4_500);
      const ended = bench.reports
        .records(alert.id)
        .filter(({ type }) => type === "interrupted" || type === "finished");
      demand(ended.length === 0, `the alert ended with "${ended[0]?.type}" while it stood`);
      await bench.server.clearAlert(COUNTY);
      await bench.hears(alert.id, "interrupted", "stopped");
    },
  },
  {
    id: "alert-over-reboot",
    says: "joins an alert that stands when it comes back, and one that a `stop` ended not again",
    section: "What a gateway does",
    async run(bench) {
      await bench.server.list([]);
      const alert = await bench.server.alert(TOWN, 0);
      const starts = () => bench.reports.records(alert.id).filter(({ type }) => type === "started").length;
      try {
        await bench.hears(alert.id, "started");
        await bench.reboot();
        await bench.comes(() => starts() === 2, "it did not join the alert again after a reboot");
        await bench.server.command("stop", { broadcastId: alert.id });
        await bench.hears(alert.id, "interrupted", "stopped");
        await bench.reboot();
        await bench.passes(4_000);
        demand(starts() === 2, "it joined an alert that had been stopped");
      } finally {
        await bench.server.clearAlert(TOWN);
      }
    },
  },
  {
    id: "forged-alert",
    says: "does not sound an alert that is not signed by a trusted key",
    section: "Signatures",
    async run(bench) {
      await bench.server.list([]);
      const stranger = await createSigner(await generateSigningKey("stranger"));
      const from = Math.round(bench.now());
      const alert = {
        id: "forged-alert",
        rev: 1,
        issuedAt: from,
        authority: "county" as const,
        from,
        until: from + 60_000,
        programme: "conformance",
        title: "conformance",
        items: [bench.server.item(2_000)],
      };
      const since = bench.reports.records().length;
      await bench.broker.publish(alertTopic(VILLAGE), await stranger.sign("alert", alert), true);
      try {
        await bench.hearsRefusal("unknown-key", since);
        await bench.passes(2_000);
        demand(bench.reports.records(alert.id).length === 0, "it did something about a forged alert");
      } finally {
        await bench.server.clearAlert(VILLAGE);
      }
    },
  },
];
