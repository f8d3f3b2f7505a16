import { ERRORS } from "@tus/server";
import { expect, test } from "vitest";
import { createUploadLocks } from "../../src/media/upload-locks.ts";

const never = () => new AbortController().signal;
const noRequest = () => {};
/** What has happened by the time that everything which could happen at once has. */
const turnOver = () => new Promise((resolve) => setImmediate(resolve));

test("whoever waits has its turn in the order they came, and other uploads are not in the way", async () => {
  const locks = createUploadLocks();
  const order: string[] = [];
  const take = async (name: string) => {
    const lock = locks.newLock("a");
    await lock.lock(never(), noRequest);
    order.push(name);
    return lock;
  };
  const first = await take("first");
  const second = take("second");
  const third = take("third");
  await locks.newLock("b").lock(never(), noRequest);
  await turnOver();
  expect(order).toEqual(["first"]);
  await first.unlock();
  await (await second).unlock();
  await (await third).unlock();
  expect(order).toEqual(["first", "second", "third"]);
});

test("a holder is asked to end as long as somebody waits, and only then", async () => {
  const locks = createUploadLocks();
  const asked: string[] = [];
  const [one, two, three] = ["one", "two", "three"].map((name) => {
    const lock = locks.newLock("a");
    return { lock, taken: () => lock.lock(never(), () => void asked.push(name)) };
  });
  await one?.taken();
  expect(asked).toEqual([]);
  const waiting = [two?.taken(), three?.taken()];
  expect(asked).toEqual(["one", "one"]);
  await one?.lock.unlock();
  await waiting[0];
  expect(asked).toEqual(["one", "one", "two"]);
  await two?.lock.unlock();
  await waiting[1];
  expect(asked).toEqual(["one", "one", "two"]);
});

test("a holder that fails when it is asked is waited for all the same", async () => {
  const locks = createUploadLocks();
  const held = locks.newLock("a");
  await held.lock(never(), () => Promise.reject(new Error("broken")));
  const waiting = locks.newLock("a").lock(never(), noRequest);
  await turnOver();
  await held.unlock();
  await expect(waiting).resolves.toBeUndefined();
});

test("waiting ends in time, or with its request, and then holds up nobody behind it", async () => {
  const held = createUploadLocks(20);
  const holder = held.newLock("a");
  await holder.lock(never(), noRequest);
  await expect(held.newLock("a").lock(never(), noRequest)).rejects.toBe(ERRORS.ERR_LOCK_TIMEOUT);

  const locks = createUploadLocks();
  const first = locks.newLock("a");
  await first.lock(never(), noRequest);
  const leaving = new AbortController();
  const left = locks.newLock("a").lock(leaving.signal, noRequest);
  const behind = locks.newLock("a").lock(never(), noRequest);
  leaving.abort();
  await expect(left).rejects.toBe(ERRORS.ABORTED);
  await expect(locks.newLock("a").lock(AbortSignal.abort(), noRequest)).rejects.toBe(ERRORS.ABORTED);
  await first.unlock();
  await behind;
});
