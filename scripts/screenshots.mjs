// `npm run screenshots`: does the main job as a user would, in three themes, and takes pictures: test-results/THEME-STEP.png.
// media/screenshot.png, the README's picture, is the last one of the dark theme.
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureDependencies } from './lib/dependencies.mjs';
import { temporaryFolder } from './lib/lifetime.mjs';
import { fromRoot, root } from './lib/paths.mjs';
import { run } from './lib/run.mjs';
import { copySamples } from './lib/sampleWorkspace.mjs';
import { openBrowser, runCommand, webviewFrame } from './vscode-host/browser.mjs';
import { startWebServer } from './vscode-host/webServer.mjs';

/** Name of a VS Code theme, and the class its workbench has. */
const themes = { dark: ['Dark Modern', 'vs-dark'], light: ['Light Modern', 'vs'], contrast: ['Default High Contrast', 'hc-black'] };
const phases = ['int8', 'bf16', 'optimized'];
const results = fromRoot('test-results');

ensureDependencies();
if ((await run(process.execPath, [fromRoot('scripts', 'build.mjs')])) !== 0) process.exit(1);
mkdirSync(results, { recursive: true });
for (const [name, [theme, themeClass]] of Object.entries(themes)) await mainJob(name, theme, themeClass);
copyFileSync(join(results, 'dark-details.png'), fromRoot('media', 'screenshot.png'));
process.exit();

async function mainJob(name, theme, themeClass) {
  const { folder, remove } = temporaryFolder();
  const workspace = copySamples(join(folder, 'samples'));
  const server = await startWebServer();
  const { page, close } = await openBrowser({ viewport: { width: 1440, height: 900 } });
  const picture = async (step) => {
    await page.waitForTimeout(700); // Colours and positions settle.
    await page.screenshot({ path: join(results, `${name}-${step}.png`) });
    console.log(`${name}-${step}.png`);
  };
  try {
    await page.goto(server.url({ folder: workspace, extension: root }));
    await page.locator('.activitybar a[aria-label^="Mixed Precision"]').waitFor({ timeout: 60_000 }); // Our menu entries are there, too.
    // Beside an extension under development VS Code takes a theme only from settings that change.
    server.configure({ 'workbench.colorTheme': theme, 'window.autoDetectHighContrast': false });
    await page.locator(`.monaco-workbench.${themeClass}`).waitFor();
    await page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'digits_cnn.pb' }).click({ button: 'right' });
    await page.waitForTimeout(500); // A menu ignores clicks right after it opens.
    await page.getByRole('menuitem', { name: 'Open in Mixed Precision' }).click();
    const graph = await webviewFrame(page, '.phaseBar');
    await waitForPhase(graph, 0);
    await picture('opened');
    for (const [index, phase] of phases.entries()) {
      await runCommand(page, 'Mixed Precision: Run Next Phase');
      await waitForPhase(graph, index + 1);
      await picture(phase);
    }
    await runCommand(page, 'Mixed Precision: Open Config');
    await webviewFrame(page, 'text=Use BF16');
    await runCommand(page, 'Mixed Precision: Show Why');
    await page.getByPlaceholder('Name or op type').fill('DepthwiseConv2dNative');
    await page.locator('.quick-input-list .monaco-list-row', { hasText: 'DepthwiseConv2dNative' }).first().click();
    await page.mouse.move(0, 0);
    await picture('details');
  } catch (error) {
    await picture('failure');
    console.error(server.log());
    throw error;
  } finally {
    await close();
    await server.stop();
    remove();
  }
}

/** Waits until snapshot `index` is on view and nothing runs. */
async function waitForPhase(graph, index) {
  await graph.locator(`.phaseBar .step:nth-of-type(${index + 1})[aria-checked="true"]`).waitFor({ timeout: 60_000 });
  await graph.locator('.phaseBar .progress').waitFor({ state: 'hidden' });
}
