import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { EnrolmentError, loadOrEnrol } from "../../devices/core/identity.ts";
import { createDisk } from "../../devices/simulator/disk.ts";

/** A proxy whose server is away, or a hotspot that first wants to be signed in to. */
let status = 0;
const proxy = createServer((_, answer) => {
  answer.writeHead(status, { "content-type": "text/html" }).end("<html><body>wait a moment</body></html>");
});
beforeAll(async () => {
  await new Promise<void>((resolve) => void proxy.listen(0, "127.0.0.1", resolve));
});
afterAll(() => void proxy.close());

test.each([
  [502, 502, "The server refused the enrolment: status 502"],
  [200, null, "The identity is not as the protocol describes it; enrol again."],
])(
  "a page that answers %i instead of the server is no enrolment, and nothing worse",
  async (code, told, message) => {
    status = code;
    const enrolment = loadOrEnrol({
      server: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
      store: createDisk().mount(),
      code: "K7QX-0M3D-9TZA-B4WE",
      hardwareId: null,
      kind: "terminal",
      log: pino({ level: "silent" }),
    });
    await expect(enrolment).rejects.toThrow(EnrolmentError);
    await expect(enrolment).rejects.toMatchObject({ status: told, message });
  },
);
