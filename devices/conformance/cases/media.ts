import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Item } from "../../../src/protocol/messages.ts";
import type { Bench } from "../bench.ts";
import { demand } from "../failure.ts";
import type { Case } from "./case.ts";

const requestsFor = ({ timeline }: Bench, { sha256 }: Pick<Item, "sha256">) =>
  timeline.of("request").filter(({ path }) => path === `/media/${sha256}`);

export const mediaCases: Case[] = [
  {
    id: "ranged-media",
    says: "goes on where a download was cut, and says `cached` only when the whole is there",
    section: "What a gateway does",
    async run(bench) {
      const item = bench.server.item(20_000);
      const broadcast = bench.server.broadcast(120_000, { items: [item] });
      bench.http.cutMediaAfter = Math.floor(item.bytes / 2);
      await bench.server.list([broadcast]);
      const { arrivedAt } = await bench.hears(broadcast.id, "cached");
      const requests = requestsFor(bench, item);
      demand(requests.length >= 2, "it did not ask a second time for a download that was cut");
      const resumed = requests.find(({ headers }) => /^bytes=[1-9]\d*-$/.test(headers.range ?? ""));
      demand(resumed, "it began the download anew instead of asking for the range that was missing");
      demand(arrivedAt > resumed.at, "it said `cached` before it had the rest");
    },
  },
  {
    id: "corrupt-media",
    says: "neither says `cached` nor plays when the bytes have another SHA-256, and tries again",
    section: "What a gateway does",
    async run(bench) {
      const item = bench.server.item(1_000);
      const right = bench.http.media.get(item.sha256)?.bytes ?? Buffer.alloc(0);
      const wrong = Buffer.from(right);
      wrong[wrong.length - 1] = 1;
      bench.http.spoilt.set(item.sha256, wrong);
      const broadcast = bench.server.broadcast(6_000, { items: [item] });
      await bench.server.list([broadcast]);
      await bench.comes(() => requestsFor(bench, item).length > 0, "it did not fetch the media");
      await bench.passes(1_500);
      const said = bench.reports.records(broadcast.id).map(({ type }) => type);
      demand(!said.includes("cached"), "it said `cached` of bytes with a wrong digest");
      bench.http.spoilt.delete(item.sha256);
      await bench.hears(broadcast.id, "cached");
    },
  },
  {
    id: "nearest-first",
    says: "fetches first what is on air first, whatever the order of the playlist",
    section: "What a gateway does",
    async run(bench) {
      const later = bench.server.broadcast(200_000);
      const sooner = bench.server.broadcast(100_000);
      await bench.server.list([later, sooner]);
      await bench.hears(later.id, "cached");
      await bench.hears(sooner.id, "cached");
      const [first] = [later, sooner]
        .flatMap(({ items }) => items.flatMap((item) => requestsFor(bench, item)))
        .toSorted((a, b) => a.at - b.at);
      demand(first?.path === `/media/${sooner.items[0]?.sha256}`, "it fetched first what is on air later");
    },
  },
  {
    id: "foreign-host",
    says: "fetches media from another host by its signed address, and does not show its token there",
    section: "HTTP",
    async run(bench) {
      const item = bench.server.item(1_000);
      const bytes = bench.http.media.get(item.sha256)?.bytes;
      let shown: string | undefined;
      const cdn = createServer((request, response) => {
        shown = request.headers.authorization ?? "";
        response.writeHead(200, { "content-length": bytes?.length }).end(bytes);
      });
      cdn.listen(0, bench.host);
      await once(cdn, "listening");
      try {
        const origin = `http://${bench.hostname}:${(cdn.address() as AddressInfo).port}`;
        const broadcast = bench.server.broadcast(60_000, {
          items: [{ ...item, url: `${origin}${item.url}` }],
        });
        await bench.server.list([broadcast]);
        await bench.hears(broadcast.id, "cached");
        demand(shown === "", "it shows its token to another host");
      } finally {
        cdn.closeAllConnections();
        cdn.close();
      }
    },
  },
  {
    id: "empty-deletes-nothing",
    says: "keeps media over an empty playlist: listed again, they are not fetched again",
    section: "What a gateway does",
    async run(bench) {
      const broadcast = bench.server.broadcast(120_000);
      await bench.server.list([broadcast]);
      await bench.hears(broadcast.id, "cached");
      await bench.server.list([]);
      await bench.hears(broadcast.id, "skipped", "withdrawn");
      const again = bench.server.broadcast(120_000, { items: broadcast.items });
      await bench.server.list([again]);
      await bench.hears(again.id, "cached");
      const [item] = broadcast.items;
      demand(
        item && requestsFor(bench, item).length === 1,
        "it fetched again what it had before an empty playlist",
      );
    },
  },
];
