import { connect, createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { until } from "../../scripts/until.ts";
import { airing } from "../support/airing.ts";
import { type Box, openBox } from "../support/box.ts";
import { freePort } from "../support/free-port.ts";
import { listening } from "../support/listening.ts";
import { recordedMs, recordingOf } from "../support/test-device.ts";

const SHORT_MS = 4_000;
const LONG_MS = 30_000;

let box: Box;
beforeEach(async () => void (box = await openBox()));
afterEach(() => box.close());

describe("the status page", () => {
  const open = async () => {
    const port = await freePort();
    await box.start({ statusPage: { port } });
    return `http://127.0.0.1:${port}`;
  };

  test("says in both languages what plays and what comes, and nothing secret", async () => {
    const url = await open();
    const long = airing(box.media("long.wav", LONG_MS), 2_500, { title: "<b>第42期</b>" });
    const later = airing({ ...box.media("short.wav", SHORT_MS), sha256: "f".repeat(64) }, 3_600_000, {
      title: "后来的",
    });
    await box.station.list([long, later]);
    await until(() => recordedMs(box.state, long.id) > 300, { what: "sound", timeoutMs: 20_000 });
    const pageOf = async (path: string, language = "zh-CN") =>
      (await fetch(`${url}${path}`, { headers: { "accept-language": language } })).text();

    const zh = await pageOf("/");
    expect(zh).toContain('<html lang="zh-CN">');
    expect(zh).toContain("通知 · &lt;b&gt;第42期&lt;/b&gt; (通知)");
    expect(zh).toMatch(/后来的<\/td><td class="bad">未缓存/);
    expect(zh).not.toContain("<b>");
    expect(await pageOf("/", "en-GB")).toMatch(/<dt>Link to the server<\/dt><dd>connected<\/dd>/);
    expect(await pageOf("/?lang=en")).toContain("1 of 2 broadcasts are ready");
    await until(async () => (await pageOf("/?lang=en")).includes("media could not be fetched"), {
      what: "the trouble",
    });

    const fault = /内容 f{16} 下载失败：what was fetched for f{64} has another digest/;
    await until(async () => fault.test(await pageOf("/")), { what: "the fault" });

    const status = await pageOf("/status.json");
    expect(JSON.parse(status)).toMatchObject({
      deviceId: box.station.identity.deviceId,
      online: true,
      onAir: { title: "<b>第42期</b>", startAt: long.startAt },
      next: [{ title: "后来的", isCached: false }],
      output: "wav",
    });
    for (const secret of [
      box.station.identity.token,
      box.station.identity.mqtt.password,
      "/media/",
      "sha256",
    ])
      expect(zh + status).not.toContain(`"${secret}`);
  });

  test("is read only, lets no script run, and is on the loopback alone", async () => {
    const url = await open();
    const page = await fetch(url);
    expect(page.headers.get("content-security-policy")).toMatch(/^default-src 'none'; style-src 'self';/);
    expect(await page.text()).not.toMatch(/<script|style=| on[a-z]+=/);
    for (const method of ["POST", "PUT", "DELETE"]) {
      const answer = await fetch(url, { method });
      expect([answer.status, answer.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
    }
    expect((await fetch(`${url}/identity.json`)).status).toBe(404);
    expect((await fetch(`${url}/../identity.json`)).status).toBe(404);
    // Not an address at all.
    const port = Number(new URL(url).port);
    const socket = connect(port, "127.0.0.1").end("GET // HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    let answer = "";
    for await (const piece of socket.setEncoding("utf8")) answer += piece as string;
    expect(answer).toMatch(/^HTTP\/1.1 400/);
    expect((await fetch(url)).status).toBe(200);
    const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
    const others = addresses.filter(({ internal, family }) => !internal && family === "IPv4");
    const answers = await Promise.allSettled(
      others.map(({ address }) => fetch(`http://${address}:${port}/`)),
    );
    expect(answers.filter(({ status }) => status === "fulfilled")).toEqual([]);
  });

  test("that cannot be opened silences nobody, and is a fault", async () => {
    const taken = createServer();
    await box.start({ statusPage: { port: await listening(taken) } });
    await until(() => box.faults().includes("the status page cannot be opened"), { what: "the fault" });
    const broadcast = airing(box.media("short.wav", SHORT_MS), 3_000);
    await box.station.list([broadcast]);
    await box.station.hears(broadcast.id, "finished");
    expect(recordingOf(box.state, broadcast.id)).toMatchObject({ complete: true });
    taken.close();
  });
});
