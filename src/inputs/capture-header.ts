/** The first line of a capture: by it, a reader knows how the rest is cut. */
export const captureHeader = Buffer.from('tocsin capture 1\n');
