// `npm test`: runs every suite, setting up what it needs, and ends with `N passed, N failed`.
// `npm test -- unit webview` runs some of them. MIXED_PRECISION_PYTHON and CHROMIUM_PATH choose the Python (with TensorFlow) and the browser.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureDependencies } from './lib/dependencies.mjs';
import { root, scratch } from './lib/paths.mjs';
import { ensureNeuralCompressor, ensureOraclePython } from './lib/python.mjs';
import { run, runModule } from './lib/run.mjs';
import { findChromium } from './vscode-host/browser.mjs';
import { runSuite } from './vscode-host/runSuite.mjs';
import { makePackage } from './package.mjs';

const harness = join(root, 'scripts', 'vscode-host', 'harness');

/** In the order of their speed. `run` resolves to `{passed, failed, skipped}`. */
const suites = [
  { name: 'lint', title: 'ESLint: types, import directions', run: () => check('eslint/bin/eslint.js', ['.']) },
  { name: 'types', title: 'TypeScript, strict', run: types },
  { name: 'unit', title: 'the engine and the command line', run: () => vitest('unit') },
  { name: 'webview', title: 'the webviews in a real browser', needs: findChromium, run: () => vitest('webview') },
  { name: 'vscode', title: 'the extension in a real VS Code', needs: findChromium, run: () => runSuite('vscode', { extension: root }) },
  { name: 'window', title: 'a window of VS Code that is reloaded', needs: findChromium, run: () => vitest('window') },
  { name: 'vsix', title: 'the packaged extension in a real VS Code', needs: findChromium, run: vsix },
  { name: 'oracle', title: 'every written file in TensorFlow', needs: oracle, run: () => vitest('oracle') },
];

async function check(file, args) {
  return (await runModule(file, args)) === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

async function types() {
  const results = [];
  for (const project of ['.', 'webview', 'test/webview']) results.push(await check('typescript/bin/tsc', ['--noEmit', '-p', project]));
  return total(results);
}

/** A file that vitest could not load counts as one failed test. */
async function vitest(project) {
  const outputFile = join(scratch, 'results', `${project}.json`);
  const code = await runModule('vitest/vitest.mjs', ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${outputFile}`]);
  const { numPassedTests, numFailedTests, numPendingTests, testResults } = JSON.parse(readFileSync(outputFile, 'utf8'));
  const failures = testResults.flatMap(({ assertionResults }) => assertionResults.filter(({ status }) => status === 'failed'));
  return {
    passed: numPassedTests,
    failed: numFailedTests || (code === 0 ? 0 : 1),
    skipped: numPendingTests,
    failures: failures.map(({ fullName, failureMessages }) => `${fullName}: ${failureMessages[0]?.split('\n')[0]}`),
  };
}

async function vsix() {
  return runSuite('vsix', { extension: harness, vsix: await makePackage() });
}

function oracle() {
  process.env.MIXED_PRECISION_PYTHON = ensureOraclePython();
  ensureNeuralCompressor();
}

function total(results) {
  const sum = (key) => results.reduce((count, result) => count + (result[key] ?? 0), 0);
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
}

/** A suite that throws, or runs nothing, has failed. */
async function runOne(suite) {
  console.log(`\n━━ ${suite.name}: ${suite.title}`);
  const start = Date.now();
  let result;
  try {
    await suite.needs?.();
    result = await suite.run();
    if (result.passed + result.failed === 0) throw new Error('no test was executed');
  } catch (error) {
    console.error(error.message);
    result = { passed: 0, failed: 1 };
  }
  return { name: suite.name, seconds: (Date.now() - start) / 1000, ...result };
}

ensureDependencies();
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !suites.some((suite) => suite.name === name));
if (unknown.length > 0) {
  console.error(`no suite ${unknown.join(', ')}; there are ${suites.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}
mkdirSync(join(scratch, 'results'), { recursive: true });
if ((await run(process.execPath, [join(root, 'scripts', 'build.mjs')])) !== 0) process.exit(1);

const results = [];
for (const suite of suites) if (wanted.length === 0 || wanted.includes(suite.name)) results.push(await runOne(suite));

console.log('');
for (const { name, passed, failed, seconds, failures = [] } of results) {
  console.log(`${failed > 0 ? '✗' : '✓'} ${name.padEnd(8)} ${String(passed).padStart(5)} passed ${String(failed).padStart(3)} failed  ${seconds.toFixed(1).padStart(6)} s`);
  for (const failure of failures) console.log(`    ${failure}`);
}
const sum = total(results);
console.log(`\n${sum.passed} passed, ${sum.failed} failed${sum.skipped > 0 ? `, ${sum.skipped} skipped` : ''}`);
process.exit(sum.failed > 0 ? 1 : 0);
