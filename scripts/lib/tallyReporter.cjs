// Mocha's spec reporter, which also adds what it counted to the tally of a whole `npm test`. Mocha requires
// reporters as CommonJS, hence the file's kind.
const { appendFileSync } = require('node:fs');
const { reporters, Runner } = require('mocha');

module.exports = class TallyReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures, pending } = runner.stats;
      if (process.env.TALLY_FILE) appendFileSync(process.env.TALLY_FILE, `${JSON.stringify({ passes, failures, pending })}\n`);
    });
  }
};
