import { parseSyslog } from '../src/syslog-parser/index.js';
import type { Figure } from './support/figure.js';

const receivedAt = Date.UTC(2026, 10, 21, 12);
const linesEach = 500_000;
const distinctLines = 5_000;

interface Form {
  readonly what: string;
  readonly target?: number;
  readonly line: (clock: string, index: number) => string;
}

const failed = 'Failed password for invalid user webmaster from 173.234.31.186 port';

const forms: readonly Form[] = [
  {
    what: 'parse traditional sshd lines',
    target: 1_000_000,
    line: (clock, i) => `Nov 21 ${clock} LabSZ sshd[${24_000 + i}]: ${failed} ${38_926 + i} ssh2`,
  },
  {
    what: 'parse traditional sshd lines with PRI',
    target: 1_000_000,
    line: (clock, i) => `<86>Nov 21 ${clock} LabSZ sshd[${24_000 + i}]: ${failed} ${38_926 + i} ssh2`,
  },
  {
    what: 'parse rsyslog ISO lines',
    line: (clock, i) => `2026-11-21T${clock}.123456+01:00 LabSZ sshd[${24_000 + i}]: ${failed} ${38_926 + i} ssh2`,
  },
  {
    what: 'parse RFC 5424 lines without structured data',
    line: (clock, i) => `<86>1 2026-11-21T${clock}.123456Z LabSZ sshd ${24_000 + i} - - ${failed} ${38_926 + i} ssh2`,
  },
  {
    what: 'parse RFC 5424 lines with structured data',
    line: (clock, i) =>
      `<86>1 2026-11-21T${clock}.123456Z LabSZ sshd ${24_000 + i} - [origin@32473 ip="192.0.2.1" seq="${i}"] ${failed} 1 ssh2`,
  },
  {
    what: 'parse journald JSON lines',
    line: (_clock, i) =>
      JSON.stringify({
        __REALTIME_TIMESTAMP: String((receivedAt + i) * 1000),
        PRIORITY: '6',
        SYSLOG_IDENTIFIER: 'sshd',
        _PID: String(24_000 + i),
        _HOSTNAME: 'LabSZ',
        MESSAGE: `${failed} ${38_926 + i} ssh2`,
      }),
  },
];

/** Lines a second on one core, for each form of line (the time zone has daylight saving, as most have). */
export async function run(): Promise<Figure[]> {
  return forms.map(measure);
}

function measure(form: Form): Figure {
  // From buffers, as frames are: strings joined from pieces would be flattened inside the measured loop.
  const lines = Array.from({ length: distinctLines }, (_, i) =>
    Buffer.from(form.line(clockOf(i), i)).toString('latin1'),
  );
  const options = { receivedAt, timeZone: 'Europe/Berlin' };
  parseAll(lines, options, linesEach / 10);
  const start = performance.now();
  const characters = parseAll(lines, options, linesEach);
  const seconds = (performance.now() - start) / 1000;
  if (characters === 0) throw new Error(`${form.what}: no message was read, one a line expected`);
  const value = Math.round(linesEach / seconds);
  return { what: form.what, value, unit: 'lines/s', ...(form.target === undefined ? {} : { target: form.target }) };
}

function clockOf(index: number): string {
  // About twenty lines a second.
  const second = Math.floor(index / 20);
  return `10:${String(Math.floor(second / 60) % 60).padStart(2, '0')}:${String(second % 60).padStart(2, '0')}`;
}

function parseAll(lines: readonly string[], options: { receivedAt: number; timeZone: string }, count: number): number {
  let characters = 0;
  for (let i = 0; i < count; i++) characters += parseSyslog(lines[i % lines.length] ?? '', options).message.length;
  return characters;
}
