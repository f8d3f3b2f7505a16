import { describe } from "vitest";
import type { Fleet } from "../fleet.ts";
import { accountTests } from "./accounts.ts";
import { downlinkTests } from "./downlinks.ts";
import { serverLinkTests } from "./server-link.ts";
import { type Answers, type BrokerUnderTest, settingOf } from "./setting.ts";
import { uplinkTests } from "./uplinks.ts";

/**
 * What server and devices rely on at every broker, as tests. `start` gets the fleet whose accounts the broker is to know, and
 * `answers` says what is this broker's own way where brokers differ; both are held to.
 */
export function brokerContract(
  name: string,
  answers: Answers,
  start: (fleet: Fleet) => Promise<BrokerUnderTest>,
): void {
  describe(`the contract at ${name}`, () => {
    const setting = settingOf(answers, start);
    downlinkTests(setting);
    uplinkTests(setting);
    accountTests(setting);
    serverLinkTests(setting);
  });
}
