// Runs inside VS Code's extension host: every compiled test of TEST_SUITE with mocha. VS Code loads this file and calls run().
const { appendFileSync, readdirSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { format } = require('node:util');
const Mocha = require('mocha');

const { TEST_SUITE, TEST_OUTPUT, TEST_RESULT } = process.env;

exports.run = async () => {
  // What the extension host prints is lost in the web host, so mocha writes to a file that the launcher shows.
  Mocha.reporters.Base.consoleLog = (...args) => appendFileSync(TEST_OUTPUT, `${format(...args)}\n`);
  const mocha = new Mocha({ ui: 'bdd', timeout: 120_000, color: false });
  for (const file of readdirSync(TEST_SUITE).filter((name) => name.endsWith('.test.js')).sort()) mocha.addFile(join(TEST_SUITE, file));
  const runner = await new Promise((resolve) => {
    const started = mocha.run(() => resolve(started));
  });
  const { passes = 0, failures = 0, pending = 0 } = runner.stats;
  writeFileSync(TEST_RESULT, JSON.stringify({ passed: passes, failed: failures, skipped: pending }));
  if (failures > 0) throw new Error(`${failures} tests failed`);
};
