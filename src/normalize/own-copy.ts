/** V8 makes a slice of the parent from this length on; shorter ones are copied. */
const SHORTEST_SLICE = 13;

/** The same text without the line it was cut from: a kept slice would keep the whole line in memory. */
export const ownCopy = (text: string): string => (text.length < SHORTEST_SLICE ? text : ` ${text}`.slice(1));
