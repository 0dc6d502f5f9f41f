import type { Term } from './outcome.js';

const marker = /\$\{([^}]*)\}/g;
const authority = /^https?:\/\/[^/?#\\]*/i;

/** What is wrong with a URL that may hold `${ip}` and `${port}` after its host, in words; undefined where nothing is. */
export const templateFault = (url: string, markers: readonly string[]): string | undefined => {
  const start = authority.exec(url)?.[0];
  if (start === undefined) return 'it does not begin with http:// or https://, a URL that does would be right';
  if (start.includes('${')) return 'the host depends on what is asked about, a fixed host would be right';
  for (const [, name = ''] of url.matchAll(marker)) {
    if (!markers.includes(name)) {
      const known = markers.map((one) => `\${${one}}`).join(' and ');
      return `\${${name}} is not known, ${known} would be right`;
    }
  }
  const missing = markers.find((name) => !url.includes(`\${${name}}`));
  if (missing !== undefined) return `\${${missing}} is missing, so every answer would be the same`;
  return URL.canParse(filled(url, { address: '::1', port: '1' }))
    ? undefined
    : 'it is no URL, a whole one would be right';
};

const filled = (url: string, { address, port = '' }: Term): string =>
  url.replace(marker, (_, name) => encodeURIComponent(name === 'ip' ? address : port));

/** The URL for a term, which is percent-encoded: it changes neither host nor path. @throws TypeError where it is no URL. */
export const fillTemplate = (url: string, term: Term): URL => new URL(filled(url, term));
