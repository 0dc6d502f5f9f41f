const START = 'message repeated ';
const MIDDLE = ' times: [';

/** A message that stands for several equal ones. */
export interface Repeated {
  readonly times: number;
  readonly message: string;
}

/** Reads rsyslog's `message repeated N times: [ TEXT]`, the blank only where the message began with one; undefined for any other message. */
export const readRepeated = (message: string): Repeated | undefined => {
  if (!message.startsWith(START) || !message.endsWith(']')) return undefined;
  const middle = message.indexOf(MIDDLE, START.length);
  if (middle < 0 || middle - START.length > 9) return undefined;
  const digits = message.slice(START.length, middle);
  if (!/^[1-9][0-9]*$/.test(digits)) return undefined;
  return { times: Number(digits), message: message.slice(middle + MIDDLE.length, -1).trim() };
};
