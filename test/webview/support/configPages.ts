import { build } from 'esbuild';
import { chromium, type Browser, type Page } from 'playwright-core';
import { webview } from '../../../scripts/bundleWebview.mjs';
import { chromiumArguments, findChromium } from '../../../scripts/vscode-host/browser.mjs';
import { configPage } from '../../../webview/page';
import type { ConfigView, FromConfig } from '../../../webview/protocol';
import { contributes } from '../../../package.json';
import { themes, type ThemeName } from './themes';

const ORIGIN = 'http://localhost';
/** Which default of our own colours a theme gets. */
const DEFAULTS = { 'dark-modern': 'dark', 'light-modern': 'light', 'high-contrast': 'highContrast', 'high-contrast-light': 'highContrastLight' } as const;
const NONCE = 'c2lkZXBhbmVs';

export interface OpenedConfig {
  readonly page: Page;
  /** Errors of the console, refusals of the content security policy among them. */
  readonly problems: readonly string[];
  show(config: ConfigView | undefined): Promise<void>;
  /** Messages since the last call. */
  received(): readonly FromConfig[];
}

/** A browser with the side panel in it: the HTML, the policy and the script VS Code gets. */
export class ConfigPages {
  private constructor(
    private readonly browser: Browser,
    private readonly script: string,
  ) {}

  static async start(): Promise<ConfigPages> {
    const { outputFiles } = await build({ ...webview, entryPoints: { config: webview.entryPoints.config }, outdir: 'config', write: false });
    return new ConfigPages(await chromium.launch({ executablePath: findChromium(), args: chromiumArguments }), outputFiles[0]!.text);
  }

  async open(theme: ThemeName = 'dark-modern'): Promise<OpenedConfig> {
    const page = await this.browser.newPage({ viewport: { width: 300, height: 900 } });
    const problems: string[] = [];
    let received: FromConfig[] = [];
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && problems.push(message.text()));
    page.on('pageerror', (error) => problems.push(error.message));
    await page.route(`${ORIGIN}/`, (route) => route.fulfill({ contentType: 'text/html', body: configPage({ nonce: NONCE, cspSource: ORIGIN, script: `${ORIGIN}/config.js` }) }));
    await page.route(`${ORIGIN}/config.js`, (route) => route.fulfill({ contentType: 'text/javascript', body: this.script }));
    await page.exposeFunction('receive', (message: FromConfig) => received.push(message));
    await page.addInitScript(() => Object.assign(window, { acquireVsCodeApi: () => ({ postMessage: (window as unknown as { receive: unknown }).receive }) }));
    await page.goto(`${ORIGIN}/`);
    await page.evaluate(({ bodyClass, variables }) => {
      document.body.className = bodyClass;
      for (const [name, value] of Object.entries(variables)) document.documentElement.style.setProperty(`--vscode-${name}`, value);
    }, { bodyClass: themes[theme].bodyClass, variables: { foreground: themes[theme].variables['editor-foreground'], ...themes[theme].variables, ...ownColours(theme) } });
    return {
      page,
      problems,
      show: (config) => page.evaluate((data) => window.postMessage({ type: 'config', config: data }, '*'), config),
      received: () => {
        const messages = received;
        received = [];
        return messages;
      },
    };
  }

  stop(): Promise<void> {
    return this.browser.close();
  }
}

function ownColours(theme: ThemeName): Record<string, string> {
  return Object.fromEntries(contributes.colors.map(({ id, defaults }) => [id.replace('.', '-'), defaults[DEFAULTS[theme]]]));
}
