// A headless Chromium, and the few moves that tests make in the workbench.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { temporaryFolder } from '../lib/lifetime.mjs';

const installed = {
  linux: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'],
  darwin: ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium'],
  win32: ['C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe', 'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe'],
};

/** Path of Chromium, Chrome or Edge; throws with what to do when there is none. `CHROMIUM_PATH` wins. */
export function findChromium() {
  const names = process.env.CHROMIUM_PATH ? [process.env.CHROMIUM_PATH] : (installed[process.platform] ?? []);
  const folders = ['', ...(process.env.PATH ?? '').split(delimiter)];
  for (const name of names) for (const folder of folders) if (isExecutable(join(folder, name))) return join(folder, name);
  throw new Error(`no Chromium found (looked for ${names.join(', ')}): install it (Debian: apt-get install chromium) or set CHROMIUM_PATH`);
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** For Chromium as root or in a container, without its own traffic. */
export const chromiumArguments = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export async function openBrowser({ viewport = { width: 1280, height: 800 } } = {}) {
  const { chromium } = await import('playwright-core');
  const profile = temporaryFolder();
  const context = await chromium.launchPersistentContext(profile.folder, { executablePath: findChromium(), headless: true, viewport, args: chromiumArguments });
  return {
    page: context.pages()[0] ?? (await context.newPage()),
    async close() {
      await context.close();
      profile.remove();
    },
  };
}

/** Runs a command from the palette by its full title, e.g. `Mixed Precision: Run Next Phase`. */
export async function runCommand(page, title) {
  await page.keyboard.press('F1');
  const input = page.locator('.quick-input-widget input[type="text"]').first();
  await input.waitFor({ state: 'visible' });
  await input.fill(`>${title}`);
  await page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first().click();
}

/** The document of the webview that holds `selector`; VS Code nests it in two frames. */
export async function webviewFrame(page, selector, timeout = 60_000) {
  const end = Date.now() + timeout;
  while (Date.now() < end) {
    for (const frame of page.frames()) {
      if (!frame.url().includes('/webview/browser/pre/fake.html')) continue;
      const found = await frame.locator(selector).count().catch(() => 0); // The frame may go away while we look.
      if (found > 0) return frame;
    }
    await page.waitForTimeout(100);
  }
  throw new Error(`no webview holds ${selector} after ${timeout / 1000} s`);
}
