// Installs and builds what is missing, so that `npm start` and `npm test` work on a fresh clone.
// Plain JavaScript without dependencies: it runs before there are any.
import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
process.chdir(root);

const modifiedAt = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);
const newest = (path) => {
  if (!existsSync(path)) return 0;
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return mtimeMs;
  return readdirSync(path).reduce((latest, name) => Math.max(latest, newest(join(path, name))), mtimeMs);
};

const run = (what, command, args) => {
  process.stderr.write(`tocsin: ${what}…\n`);
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 2, 2] });
  if (status === 0) return;
  process.stderr.write(
    `tocsin: ${what} failed (${error?.message ?? `exit ${status}`}): ${command} ${args.join(' ')}\n`,
  );
  process.exit(1);
};

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`tocsin: Node ${process.versions.node} is too old, 20.19 or newer is needed\n`);
  process.exit(1);
}

const installed = 'node_modules/.package-lock.json';
if (modifiedAt(installed) < modifiedAt('package-lock.json') || !existsSync('node_modules/typescript')) {
  // Installing empties what the link leads to, which belongs to another tree.
  if (lstatSync('node_modules', { throwIfNoEntry: false })?.isSymbolicLink() === true) {
    process.stderr.write('tocsin: node_modules is a link and not up to date: install where it leads, or remove it\n');
    process.exit(1);
  }
  run('installing dependencies', 'npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']);
}

const built = 'dist/.built';
const sources = ['src', 'modules', 'listeners', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];
if (modifiedAt(built) < Math.max(...sources.map(newest))) {
  run('building', process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json']);
  writeFileSync(built, '');
}
