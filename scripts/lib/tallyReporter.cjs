// Mocha's spec reporter, which also adds what it counted to the tally of a whole `npm test`. Mocha requires
// reporters as CommonJS, hence the file's kind.
const { appendFileSync } = require('node:fs');
const { relative } = require('node:path');
const { reporters, Runner } = require('mocha');

module.exports = class TallyReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const failed = [];
    runner.on(Runner.constants.EVENT_TEST_FAIL, (test, error) => {
      const why = String(error?.message ?? error)
        .split('\n')
        .slice(0, 3);
      const where = test.file ? `${relative(process.cwd(), test.file)}: ` : '';
      failed.push([`  ${where}${test.fullTitle()}`, ...why].join('\n      '));
    });
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures, pending } = runner.stats;
      if (process.env.TALLY_FILE) appendFileSync(process.env.TALLY_FILE, `${JSON.stringify({ passes, failures, pending, failed })}\n`);
    });
  }
};
