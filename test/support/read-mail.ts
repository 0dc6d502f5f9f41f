/** A mail as its reader sees it. */
export interface ReadMail {
  /** By lower-case name; folded lines are joined, encoded words decoded. */
  readonly headers: ReadonlyMap<string, string>;
  /** How often a name occurs. */
  readonly headerNames: readonly string[];
  readonly text: string;
  readonly html: string;
}

const fromQuotedPrintable = (text: string): string => {
  const bytes = text
    .replaceAll(/=\n/gu, '')
    .replaceAll(/=([0-9A-F]{2})/gu, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
};

const decodeBody = (text: string, encoding: string | undefined): string => {
  if (encoding === 'quoted-printable') return fromQuotedPrintable(text);
  return encoding === 'base64' ? Buffer.from(text, 'base64').toString('utf8') : text;
};

const decodeWords = (text: string): string =>
  text
    .replaceAll(/\?=\s+=\?/gu, '?==?')
    .replaceAll(/=\?utf-8\?([QB])\?(.*?)\?=/giu, (_, kind: string, word: string) =>
      kind.toUpperCase() === 'B'
        ? Buffer.from(word, 'base64').toString('utf8')
        : fromQuotedPrintable(word.replaceAll('_', ' ')),
    );

const headersOf = (head: string): [string, string][] =>
  head
    .replaceAll(/\n[ \t]+/gu, ' ')
    .split('\n')
    .map((line) => {
      const at = line.indexOf(':');
      return [line.slice(0, at).toLowerCase(), decodeWords(line.slice(at + 1).trim())];
    });

/** Reads a mail with a text and an HTML part, or a text alone. */
export const readMail = (data: string): ReadMail => {
  const end = data.indexOf('\n\n');
  const list = headersOf(data.slice(0, end));
  const headers = new Map(list);
  const boundary = /boundary="(.*?)"/u.exec(headers.get('content-type') ?? '')?.[1];
  const parts = boundary === undefined ? [data] : data.slice(end).split(`--${boundary}`);
  const bodyOf = (type: string): string => {
    for (const part of parts) {
      const at = part.trimStart().indexOf('\n\n');
      const own = new Map(headersOf(part.trimStart().slice(0, at)));
      if (own.get('content-type')?.startsWith(type) !== true) continue;
      return decodeBody(part.trimStart().slice(at + 2), own.get('content-transfer-encoding'));
    }
    return '';
  };
  return { headers, headerNames: list.map(([name]) => name), text: bodyOf('text/plain'), html: bodyOf('text/html') };
};
