// Prints the summary line of .ci/run, `N passed, N failed`, over all test runs whose totals are in a file (see
// totals-reporter.js). Arguments: the file, and how many steps failed that no failed test tells of (types, lint, a crash).
import { existsSync, readFileSync } from 'node:fs';

const [file, failedSteps] = process.argv.slice(2);
const runs = existsSync(file)
  ? readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line))
  : [];
const sum = (name) => runs.reduce((total, run) => total + run[name], 0);
process.stdout.write(`${sum('passed')} passed, ${sum('failed') + Number(failedSteps)} failed\n`);
