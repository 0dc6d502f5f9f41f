// What mocha reports with: its usual report, and, for .ci/run, the totals of the run as a line of JSON in the file that
// TEST_TOTALS names. A run that never ends writes none, so that nobody takes it for a success.
import { appendFileSync } from 'node:fs';
import mocha from 'mocha';

export default class TotalsReporter extends mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const file = process.env.TEST_TOTALS;
    if (file === undefined) return;
    runner.once('end', () => {
      const { passes: passed, failures: failed, pending: skipped } = this.stats;
      appendFileSync(file, `${JSON.stringify({ passed, failed, skipped })}\n`);
    });
  }
}
