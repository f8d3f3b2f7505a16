/** The newest warnings and errors of the log, for who stands before the box. */
export interface Trouble {
  /** Epoch ms, by the system clock. */
  at: number;
  what: string;
}

const KEEP = 20;

/** A stream for the logger, beside the one that the service manager keeps. */
export function createRecentTroubles() {
  const troubles: Trouble[] = [];
  return {
    /** Newest first. */
    list: (): Trouble[] => troubles.toReversed(),
    write(line: string): void {
      const { time, msg, err } = JSON.parse(line) as {
        time: number;
        msg: string;
        err?: { message?: string };
      };
      troubles.push({ at: time, what: err?.message === undefined ? msg : `${msg}: ${err.message}` });
      if (troubles.length > KEEP) troubles.shift();
    },
  };
}
