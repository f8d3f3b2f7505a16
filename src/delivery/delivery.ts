import type { BaseLogger } from "pino";
import type { Clock } from "../clock.ts";
import type { Config } from "../config.ts";
import { createTransact, type Database } from "../db/open.ts";
import type { ServerSecrets } from "../db/server-secrets.ts";
import type { Signer } from "../protocol/signing.ts";
import type { BrokerLink } from "./broker-link.ts";
import { createDownlink } from "./downlink.ts";
import { createDownlinkStore } from "./downlink-store.ts";
import { createMediaLinks } from "./media-links.ts";
import { createOutbox } from "./outbox.ts";
import { createOutboxStore } from "./outbox-store.ts";

interface Dependencies {
  db: Database;
  config: Pick<Config, "publicUrl" | "mediaBaseUrl" | "mediaBaseLayout">;
  secrets: ServerSecrets;
  link: BrokerLink;
  signer: Signer;
  clock: Clock;
  log: BaseLogger;
}

/** What goes to devices: signed commands by way of the outbox, and the addresses of what they fetch. */
export function createDelivery({ db, config, secrets, link, signer, clock, log }: Dependencies) {
  const transact = createTransact(db);
  const outbox = createOutbox({ store: createOutboxStore(db), publisher: link, signer, clock, log });
  const downlink = createDownlink({
    store: createDownlinkStore(db),
    outbox,
    publisher: link,
    signer,
    transact,
    clock,
  });
  const mediaSecret = secrets.secret("media-url-secret");
  const { publicUrl, mediaBaseUrl, mediaBaseLayout } = config;
  const linksBy = (base: Parameters<typeof createMediaLinks>[0]["base"]) =>
    createMediaLinks({ secret: mediaSecret, publicUrl, base });
  const mediaBase = mediaBaseUrl === null ? null : { url: mediaBaseUrl, layout: mediaBaseLayout };
  const mediaUrl = linksBy(mediaBase);
  // The copy in a bucket cannot have what is being spoken, and there no name beside a playlist is that of its files.
  const streamUrl = linksBy(mediaBase?.layout === "bucket" ? null : mediaBase);
  return { outbox, downlink, mediaSecret, mediaUrl, streamUrl };
}
