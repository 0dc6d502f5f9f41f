import type { Draft } from './parsed-record.js';

const longestShown = 40;
const longestFault = 600;

/** Adds one more thing that was wrong; past 600 characters further ones are left out, the first ones say enough. */
export function addFault(draft: Draft, fault: string): void {
  if (draft.fault === undefined) draft.fault = fault;
  else if (draft.fault.length + fault.length < longestFault) draft.fault += `; ${fault}`;
}

/** A piece of the line in quotes, cut after 40 characters, control characters and invisible marks escaped. */
export function shown(text: string, at: number, end = text.length): string {
  const cut = Math.min(end, at + longestShown);
  let out = '"';
  for (let i = at; i < cut; i++) {
    const code = text.charCodeAt(i);
    out += isPlain(code) ? text.charAt(i) : `\\u${code.toString(16).padStart(4, '0')}`;
  }
  return `${out}${cut < end ? '…' : ''}"`;
}

// Only ASCII is shown as it is: bidirectional marks, lone surrogates and the like would garble a terminal.
function isPlain(code: number): boolean {
  return code >= 0x20 && code < 0x7f;
}
