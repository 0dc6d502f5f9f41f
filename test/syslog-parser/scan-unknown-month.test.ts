import { expect } from 'chai';
import { parse } from './support/said.js';

describe('parseSyslog() reads a header whose month has no known name, with a fault', () => {
  for (const line of ['<13>Okt 11 22:14:15 web01 app[1]: x', 'Mär  1 22:14:15 web01 app[1]: x']) {
    it(line, () => {
      const record = parse(line);
      expect(record).to.include({ host: 'web01', app: 'app', pid: '1', message: 'x', timeStamped: false });
      expect(record.fault).to.contain('no such date');
    });
  }

  it('also without a host', () => {
    const record = parse('<13>Foo 11 22:14:15 app: x');
    expect(record).to.include({ host: undefined, app: 'app', message: 'x' });
    expect(record.fault).to.contain('no such date');
  });
});

describe('parseSyslog() takes no header for what only looks a little like a date', () => {
  for (const text of [
    'Job 12 10:20:30 done',
    'Job 12 10:20:30',
    'Jobs 12 10:20:30 web01 app: x',
    'A 1 12 10:20:30 h a: x',
  ]) {
    it(text, () => {
      const record = parse(text);
      expect(record).to.include({ host: undefined, message: text, fault: undefined });
    });
  }

  it('nor behind a header: a word of the text is no host', () => {
    const record = parse('Nov 21 10:00:00 web01 Job 12 10:20:30 web02 app: x');
    expect(record).to.include({ host: 'web01', message: 'Job 12 10:20:30 web02 app: x', fault: undefined });
  });
});
