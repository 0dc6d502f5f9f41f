const inWord = 1;
const inHost = 2;
const startsHost = 4;

const classes = new Uint8Array(128);
mark('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789', inWord | inHost | startsHost);
mark('_-.', inWord | inHost);
mark('/@+#~', inWord | inHost);
mark('(),%$&!?\\', inWord);
mark(':%', inHost);
mark(':_', startsHost);

function mark(characters: string, bits: number): void {
  for (const character of characters) {
    const code = character.charCodeAt(0);
    classes[code] = (classes[code] ?? 0) | bits;
  }
}

function has(code: number, bits: number): boolean {
  return code < 128 ? ((classes[code] ?? 0) & bits) !== 0 : code > 0xa0 && code !== 0xfffd;
}

/** Whether a tag's word may contain the code: no space, colon, bracket, quote, `=`, `|` or control character. */
export function isWordCode(code: number): boolean {
  return has(code, inWord);
}

/** Whether a host's name or address may contain the code (IPv6 zones and syslog-ng's `source@host/relay` included). */
export function isHostCode(code: number): boolean {
  return has(code, inHost);
}

/** Whether a host's name or address may begin with the code. */
export function isHostStart(code: number): boolean {
  return has(code, startsHost);
}
