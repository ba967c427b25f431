// Runs a mocha suite inside a real VS Code: desktop where it can be had, the web host otherwise.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../lib/lifetime.mjs';
import { fromRoot, scratch } from '../lib/paths.mjs';
import { cleanEnvironment } from '../lib/run.mjs';
import { copySamples } from '../lib/sampleWorkspace.mjs';
import { openBrowser } from './browser.mjs';
import { findDesktop } from './desktop.mjs';
import { startWebServer } from './webServer.mjs';

const suite = fileURLToPath(new URL('suite.cjs', import.meta.url));
const timeLimit = 10 * 60_000;

/**
 * Runs the tests in `test/NAME` on a fresh copy of the sample workspace, with the extension in folder `extension` under
 * development and the packaged one `vsix` installed. `VSCODE_TEST_HOST=web` forces the web host.
 * Resolves to `{passed, failed, skipped}`; throws when the suite did not come to its end.
 */
export async function runSuite(name, { extension, vsix }) {
  const compiled = await compile(name);
  const { folder, remove } = temporaryFolder();
  const files = { TEST_SUITE: compiled, TEST_OUTPUT: join(folder, 'output.txt'), TEST_RESULT: join(folder, 'result.json') };
  const workspace = copySamples(join(folder, 'workspace'));
  const desktop = process.env.VSCODE_TEST_HOST === 'web' ? undefined : await findDesktop();
  console.log(desktop ? `In desktop VS Code ${desktop}` : 'In the VS Code web host');

  let shown = 0;
  const show = () => {
    const text = readIfThere(files.TEST_OUTPUT);
    process.stdout.write(text.slice(shown));
    shown = text.length;
  };
  const timer = setInterval(show, 200);
  let problem = '';
  try {
    await (desktop ? runInDesktop(desktop, { extension, vsix, workspace, env: files }) : runInWebHost({ extension, vsix, workspace, env: files }));
  } catch (error) {
    problem = error.message;
  } finally {
    clearInterval(timer);
    show();
  }
  // Only the suite itself knows that it ended: a crashed extension host, too, reports success.
  const result = readIfThere(files.TEST_RESULT);
  remove();
  if (!result) throw new Error(`the tests in test/${name} did not come to their end: ${problem || 'the extension host is gone'}`);
  const counts = JSON.parse(result);
  if (problem && counts.failed === 0) throw new Error(problem);
  return counts;
}

/** Bundles each test file; returns the folder of the outcome. */
async function compile(name) {
  const { build } = await import('esbuild');
  const from = fromRoot('test', name);
  const outdir = join(scratch, 'suites', name);
  rmSync(outdir, { recursive: true, force: true });
  mkdirSync(outdir, { recursive: true });
  const entryPoints = readdirSync(from).filter((file) => file.endsWith('.test.ts')).map((file) => join(from, file));
  await build({ entryPoints, outdir, bundle: true, platform: 'node', format: 'cjs', target: 'node20', external: ['vscode', 'mocha'], logLevel: 'warning' });
  return outdir;
}

function readIfThere(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

async function runInDesktop(program, { extension, vsix, workspace, env }) {
  const { resolveCliPathFromVSCodeExecutablePath, runTests } = await import('@vscode/test-electron');
  const { folder, remove } = temporaryFolder();
  const folders = [`--user-data-dir=${folder}`, `--extensions-dir=${join(folder, 'extensions')}`];
  if (vsix) {
    const { status, stderr } = spawnSync(resolveCliPathFromVSCodeExecutablePath(program), [...folders, '--install-extension', vsix], { env: cleanEnvironment(), encoding: 'utf8', shell: process.platform === 'win32' });
    if (status !== 0) throw new Error(`VS Code refused ${vsix}:\n${stderr}`);
  }
  try {
    await runTests({ vscodeExecutablePath: program, extensionDevelopmentPath: extension, extensionTestsPath: suite, launchArgs: [workspace, ...folders, '--disable-workspace-trust'], extensionTestsEnv: env });
  } finally {
    remove();
  }
}

async function runInWebHost({ extension, vsix, workspace, env }) {
  const server = await startWebServer({ vsix, env });
  const browser = await openBrowser();
  const log = [];
  try {
    let finish;
    const ended = new Promise((resolve, reject) => {
      finish = resolve;
      browser.page.on('crash', () => reject(new Error('the page crashed')));
      server.exited.then((code) => reject(new Error(`the VS Code server ended (${code})`)));
      setTimeout(() => reject(new Error(`no result in ${timeLimit / 60_000} minutes`)), timeLimit).unref();
    });
    ended.catch(() => {});
    // The workbench calls these two: when the extension host has run its tests, and for each line of their console.
    await browser.page.exposeFunction('codeAutomationExit', finish);
    await browser.page.exposeFunction('codeAutomationLog', (type, args) => log.push(`${type}: ${args.join(' ')}`));
    await browser.page.goto(server.url({ folder: workspace, extension, suite }));
    const code = await ended;
    if (code !== 0) throw new Error(`exit code ${code}\n${log.slice(-20).join('\n')}`);
  } catch (error) {
    mkdirSync(fromRoot('test-results'), { recursive: true });
    await browser.page.screenshot({ path: fromRoot('test-results', 'vscode-failure.png') }).catch(() => {});
    throw error;
  } finally {
    await browser.close().catch(() => {});
    await server.stop();
  }
}
