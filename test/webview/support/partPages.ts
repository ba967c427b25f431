import { build } from 'esbuild';
import { chromium, type Browser, type Page } from 'playwright-core';
import { webview } from '../../../scripts/bundleWebview.mjs';
import { chromiumArguments, findChromium } from '../../../scripts/vscode-host/browser.mjs';
import { graphPage } from '../../../webview/page';
import type { Parts } from './parts';
import { themes, type ThemeName } from './themes';

declare global {
  interface Window {
    parts: Parts;
  }
}

const ORIGIN = 'https://parts.test';

/** A browser whose pages hold the parts of the graph view without the view around them: same HTML, same policy, same styles. */
export class PartPages {
  private constructor(
    private readonly browser: Browser,
    private readonly script: string,
  ) {}

  static async start(): Promise<PartPages> {
    const { outputFiles } = await build({ ...webview, entryPoints: ['test/webview/support/parts.ts'], write: false });
    return new PartPages(await chromium.launch({ executablePath: findChromium(), args: chromiumArguments }), outputFiles[0]!.text);
  }

  async open({ theme = 'dark-modern', width = 1280, height = 800 }: { theme?: ThemeName; width?: number; height?: number } = {}): Promise<{ page: Page; problems: readonly string[] }> {
    const page = await this.browser.newPage({ viewport: { width, height } });
    page.setDefaultTimeout(5000);
    const problems: string[] = [];
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && problems.push(message.text()));
    page.on('pageerror', (error) => problems.push(error.message));
    const html = graphPage({ nonce: 'bm9uY2U', cspSource: ORIGIN, script: `${ORIGIN}/parts.js`, layoutWorker: '' });
    const { bodyClass, variables } = themes[theme];
    const style = Object.entries(variables).map(([name, value]) => `--vscode-${name}: ${value.replaceAll('"', "'")}`).join('; ');
    await page.route(`${ORIGIN}/**`, (route) =>
      route.request().url().endsWith('.js') ? route.fulfill({ contentType: 'text/javascript', body: this.script }) : route.fulfill({ contentType: 'text/html', body: html }),
    );
    await page.goto(`${ORIGIN}/`);
    await page.evaluate(([bodyClass, style]) => {
      document.documentElement.style.cssText = style;
      document.body.className = bodyClass;
    }, [bodyClass, style] as const);
    return { page, problems };
  }

  async stop(): Promise<void> {
    await this.browser.close();
  }
}
