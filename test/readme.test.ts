import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { expect } from 'chai';
import { parseSyslog } from '../src/syslog-parser/index.js';
import { programPath, surroundings, tocsin } from './support/tocsin.js';
import { temporaryDirs } from './support/temporary-dir.js';

const root = join(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

/** A fenced block: its language, the file it is to be in, and its text. */
interface Block {
  readonly language: string;
  readonly file: string | undefined;
  readonly text: string;
}

const blocksOf = (markdown: string): Block[] =>
  [...markdown.matchAll(/^```(\w*)(?: (\S+))?\n(.*?)^```$/gmsu)].map(([, language = '', file, text = '']) => ({
    language,
    file,
    text,
  }));

/** What differs from run to run: how long it took, and where it ran. */
const comparable = (text: string, dir: string): string =>
  text.replaceAll(dir, '/etc/tocsin').replace(/^[\d.]+ s, \d+ records\/s$/gmu, '(seconds)');

/** A directory as the README's reader has it: the sample log in it, `tocsin` on the path. */
const prepare = (dir: string): NodeJS.ProcessEnv => {
  copyFileSync(join(root, 'docs/samples/auth.log'), join(dir, 'auth.log'));
  mkdirSync(join(dir, '.bin'));
  symlinkSync(programPath, join(dir, '.bin/tocsin'));
  const path = [join(dir, '.bin'), dirname(process.execPath), process.env['PATH']].join(delimiter);
  return { ...surroundings(), PATH: path };
};

const shell = (script: string, cwd: string, env: NodeJS.ProcessEnv): Promise<string> =>
  new Promise((resolve, reject) => {
    execFile('sh', ['-e', '-c', script], { cwd, env }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${script}${stdout}${stderr}`, { cause: error }));
    });
  });

/** Writes every named file, runs every `sh` block in order, and holds what it prints against the `text` block behind it. */
const follow = async (markdown: string, dir: string): Promise<number> => {
  const env = prepare(dir);
  const blocks = blocksOf(markdown);
  let followed = 0;
  for (const [index, { language, file, text }] of blocks.entries()) {
    if (file !== undefined) {
      mkdirSync(dirname(join(dir, file)), { recursive: true });
      writeFileSync(join(dir, file), text);
    }
    if (language !== 'sh') continue;
    const said = await shell(text, dir, env);
    const expected = blocks[index + 1];
    if (expected?.language !== 'text') throw new Error(`nothing says what is printed by:\n${text}`);
    expect(comparable(said, dir), text).to.equal(comparable(expected.text, dir));
    followed += 1;
  }
  return followed;
};

describe('README.md', function () {
  this.timeout(60_000);
  const temporary = temporaryDirs();

  it('prints what it says, command by command, its module and stacks included', async () => {
    expect(await follow(read('README.md'), temporary.dir())).to.be.at.least(6);
  });

  it('has a row for every option of run, with its variable and default', async () => {
    const { stdout } = await tocsin(['run', '--help'], { cwd: temporary.dir() });
    const text = stdout.replace(/\s+/gu, ' ');
    const options = [...text.matchAll(/--([a-z-]+) (?:<[^>]+> )?[^<]*?\(?env: (TOCSIN_[A-Z_]+)\)/gu)];
    expect(options.length).to.be.at.least(20);
    for (const [help, name = '', variable = ''] of options) {
      const row = read('README.md')
        .split('\n')
        .find((line) => line.startsWith('| `--') && line.split('|')[1]?.includes(`\`--${name}\``) === true);
      expect(row, `--${name}`).to.match(new RegExp(`${variable}|, …`, 'u'));
      const standard = /default: "?([\w./]+)"?, env/u.exec(help)?.[1];
      if (standard !== undefined) expect(row).to.include(` \`${standard}\` |`);
    }
  });

  it('shows the six lines that the program itself gives to paste', () => {
    const shown = blocksOf(read('README.md')).find(({ text }) => text.startsWith('logger '));
    const given = [...read('src/cli/welcome.ts').matchAll(/^ {4}'(.*)',$/gmu)].map(([, message = '']) => message);
    expect(given).to.have.length(6);
    expect(shown?.text.trimEnd().split('\n')).to.deep.equal(
      given.map((message) => `logger -n 127.0.0.1 -P 5514 -d -t sshd '${message}'`),
    );
  });
});

describe('modules/README.md', function () {
  this.timeout(60_000);
  const temporary = temporaryDirs();

  it('prints what it says, command by command', async () => {
    expect(await follow(read('modules/README.md'), temporary.dir())).to.be.at.least(2);
  });
});

describe('docs/syslog.md', () => {
  const receivedAt = Date.UTC(2026, 10, 21, 12);
  const rows = [...read('docs/syslog.md').matchAll(/^\| (.+?) \| `(.+)` \| `(\{.+\})` \|$/gmu)];

  it('has its tables', () => {
    expect(rows).to.have.length.at.least(30);
  });

  for (const [, form = '', line = '', fields = ''] of rows) {
    it(`tells what becomes of ${form}`, () => {
      const raw = line.replaceAll('\\|', '|');
      const { time, timeStamped, fault, ...parts } = parseSyslog(raw, { receivedAt, timeZone: 'UTC', year: 2026 });
      const shown = { ...(timeStamped ? { time: new Date(time).toISOString() } : {}), ...parts, fault };
      expect(JSON.parse(JSON.stringify(shown))).to.deep.equal(JSON.parse(fields.replaceAll('\\|', '|')));
    });
  }
});

describe('links between the documents', () => {
  for (const file of [
    'README.md',
    'CHANGELOG.md',
    'docs/architecture.md',
    'docs/syslog.md',
    'docs/dsiem.md',
    'docs/plugins.md',
    'docs/use-cases.md',
    'modules/README.md',
    'listeners/README.md',
  ]) {
    it(`lead somewhere: ${file}`, () => {
      for (const [, target = ''] of read(file).matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/gu)) {
        expect(existsSync(join(root, dirname(file), target)), target).to.equal(true);
      }
    });
  }
});
