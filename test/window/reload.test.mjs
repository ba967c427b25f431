// A window of VS Code that is reloaded while a search runs.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { temporaryFolder } from '../../scripts/lib/lifetime.mjs';
import { root } from '../../scripts/lib/paths.mjs';
import { copySamples } from '../../scripts/lib/sampleWorkspace.mjs';
import { openBrowser, runCommand, webviewFrame } from '../../scripts/vscode-host/browser.mjs';
import { startWebServer } from '../../scripts/vscode-host/webServer.mjs';

const JOURNAL = 'digits_cnn.trials.jsonl';
const MAX_TRIALS = 12;
const CONFIG = {
  use_bf16: true, calibration: { data: 'digits_calibration.npz' },
  tuning: { data: 'digits_test.npz', labels: 'label', strategy: 'random', random_seed: 7, max_trials: MAX_TRIALS, timeout: 600 },
};

const { folder, remove } = temporaryFolder();
const workspace = copySamples(join(folder, 'samples'));
let server;
let browser;

beforeAll(async () => {
  writeFileSync(join(workspace, 'digits_cnn.mixed-precision.json'), JSON.stringify(CONFIG));
  server = await startWebServer();
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  remove();
});

/** What was measured, by what was tried; each is there once. */
function measuredIn(journal) {
  const [, ...lines] = readFileSync(join(workspace, journal), 'utf8').split('\n').filter((line) => line !== '');
  const results = lines.map((line) => JSON.parse(line)).filter(({ task }) => task.startsWith('measure'));
  const measured = new Map(results.map(({ task, result: { accuracy, cost } }) => [task, { accuracy, cost }]));
  expect(measured.size).toBe(results.length);
  return measured;
}

/** What a search measures that nobody disturbs. */
function undisturbed() {
  const options = ['--config', 'digits_cnn.mixed-precision.json', '--output', 'best.json'];
  execFileSync(process.execPath, [join(root, 'dist', 'cli.js'), 'tune', 'digits_cnn.pb', ...options], { cwd: workspace, stdio: 'ignore' });
  return measuredIn('best.trials.jsonl');
}

it('goes on with the trials of its journal, and ends as a search that went through', async () => {
  const { page } = browser;
  const trials = (view) => view.locator('.trials tbody tr');
  await page.goto(server.url({ folder: workspace, extension: root }));
  await page.locator('.activitybar a[aria-label^="Mixed Precision"]').waitFor({ timeout: 60_000 }); // Our menu entries are there, too.
  await page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'digits_cnn.pb' }).click({ button: 'right' });
  await page.waitForTimeout(500); // A menu ignores clicks right after it opens.
  await page.getByRole('menuitem', { name: 'Open in Mixed Precision' }).click();
  await webviewFrame(page, '.phaseBar');
  await runCommand(page, 'Mixed Precision: Tune for Accuracy');
  const view = await webviewFrame(page, '.trials');
  await view.getByRole('button', { name: 'Start', exact: true }).click();
  await trials(view).nth(2).waitFor({ timeout: 120_000 });
  await page.reload();

  const restored = await webviewFrame(page, '.trials tbody tr');
  const before = measuredIn(JOURNAL);
  expect(before.size).toBeLessThan(MAX_TRIALS);
  await expect.poll(() => trials(restored).count(), { timeout: 60_000 }).toBe(before.size);
  await restored.getByRole('button', { name: 'Continue', exact: true }).click();
  await trials(restored).nth(MAX_TRIALS - 1).waitFor({ timeout: 120_000 });
  const measured = measuredIn(JOURNAL);
  expect([...measured].slice(0, before.size)).toEqual([...before]);
  expect(new Map([...measured].sort())).toEqual(new Map([...undisturbed()].sort()));
});
