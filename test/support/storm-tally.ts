/** What the return of a fleet cost, from the server's end to the last gateway whose playlist was answered. */
export interface StormCount {
  connections: number;
  /** Answers with 304, to gateways that hold the newest. */
  confirmed: number;
  /** Whole playlists, which nobody needed. */
  whole: number;
  /** Told to come later: 503 and 429. */
  turnedAway: number;
  /** No answer at all. */
  failed: number;
  /** Refused with anything else, after which a gateway has no reason to come back. */
  refused: number;
  /** The most answers that one gateway got. */
  mostAnswers: number;
  /** Epoch ms. */
  lastAt: number;
}

/** Counts what `createFleet` tells of; `begin` again for each storm, before it. */
export function createStormTally(gateways: number) {
  let count = emptyCount();
  let answers = new Map<number, number>();
  let all = Promise.withResolvers<StormCount>();

  return {
    onOnline(): void {
      count.connections += 1;
    },
    onPlaylist(gateway: number, status: number): void {
      if (status === 0) count.failed += 1;
      else if (status === 503 || status === 429) count.turnedAway += 1;
      else if (status !== 200 && status !== 304) count.refused += 1;
      else {
        if (status === 304) count.confirmed += 1;
        else count.whole += 1;
        const ofGateway = (answers.get(gateway) ?? 0) + 1;
        answers.set(gateway, ofGateway);
        count.mostAnswers = Math.max(count.mostAnswers, ofGateway);
        count.lastAt = Date.now();
        if (answers.size === gateways) all.resolve(count);
      }
    },
    /** Forgets what was counted. @returns once every gateway has got its answer; the count goes on */
    begin(): Promise<StormCount> {
      count = emptyCount();
      answers = new Map();
      all = Promise.withResolvers();
      return all.promise;
    },
  };
}

const emptyCount = (): StormCount => ({
  connections: 0,
  confirmed: 0,
  whole: 0,
  turnedAway: 0,
  failed: 0,
  refused: 0,
  mostAnswers: 0,
  lastAt: 0,
});

/** What is against it that a storm of so many gateways settled: nothing, when each was answered once, and with a 304. */
export function unsettled(count: StormCount, gateways: number): string[] {
  const { confirmed, whole, refused, mostAnswers } = count;
  return [
    ...(confirmed === gateways ? [] : [`${confirmed} playlists confirmed`]),
    ...(whole === 0 ? [] : [`${whole} fetched anew what they held`]),
    ...(refused === 0 ? [] : [`${refused} refused for good`]),
    ...(mostAnswers === 1 ? [] : [`a gateway asked ${mostAnswers} times`]),
  ];
}
