/** Resolves with what `look` finds once it finds something; rejects, saying what was awaited, after `withinMs`. */
export const eventually = async <T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
  withinMs = 30_000,
): Promise<T> => {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
};

/** As `eventually`, for a condition. */
export const until = async (
  what: string,
  holds: () => boolean | Promise<boolean>,
  withinMs?: number,
): Promise<void> => {
  await eventually(what, async () => ((await holds()) ? true : undefined), withinMs);
};
