/** Sends on and on, whether somebody receives or not. */
export interface Sender {
  /** Ends sending; resolves when all that was handed over is out of this process. */
  stop(): Promise<void>;
}

/** Waits. */
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Text behind each message's mark, so that messages have a usual length. */
export const filler = 'something happened that nobody has to care about, and it took 12 ms';

/** A syslog message (RFC 5424) of now. */
export const syslog = (mark: string): string => `<13>1 ${new Date().toISOString()} gate app 1 - - ${mark} ${filler}`;

/** Repeats a step until told to stop. */
export const repeating = (step: () => Promise<void>): Sender => {
  let stopped = false;
  const loop = (async () => {
    while (!stopped) await step();
  })();
  return {
    stop: async () => {
      stopped = true;
      await loop;
    },
  };
};
