import { build } from 'esbuild';
import { chromium, type Browser, type Page } from 'playwright-core';
import { webview } from '../../../scripts/bundleWebview.mjs';
import { chromiumArguments, findChromium } from '../../../scripts/vscode-host/browser.mjs';
import { configPage } from '../../../webview/page';
import type { ConfigView, FromConfig, ToConfig } from '../../../webview/protocol';
import { contributes } from '../../../package.json';
import { panelThemes } from './panelThemes';
import { themes, type ThemeName } from './themes';

const ORIGIN = 'http://localhost';
/** Which default of our own colours a theme gets. */
const DEFAULTS = { 'dark-modern': 'dark', 'light-modern': 'light', 'high-contrast': 'highContrast', 'high-contrast-light': 'highContrastLight' } as const;
const NONCE = 'c2lkZXBhbmVs';
const FONT = { 'font-size': '13px', 'font-weight': 'normal', 'editor-font-family': 'monospace' };

export interface OpenedConfig {
  readonly page: Page;
  /** Errors of the console, refusals of the content security policy among them. */
  readonly problems: readonly string[];
  show(config: ConfigView | undefined): Promise<void>;
  post(message: ToConfig): Promise<void>;
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

  /** `state`: what the page persisted before. */
  async open(theme: ThemeName = 'dark-modern', { width = 300, state }: { width?: number; state?: unknown } = {}): Promise<OpenedConfig> {
    const page = await this.browser.newPage({ viewport: { width, height: 900 } });
    const problems: string[] = [];
    let received: FromConfig[] = [];
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && problems.push(message.text()));
    page.on('pageerror', (error) => problems.push(error.message));
    await page.route(`${ORIGIN}/`, (route) => route.fulfill({ contentType: 'text/html', body: configPage({ nonce: NONCE, cspSource: ORIGIN, script: `${ORIGIN}/config.js` }) }));
    await page.route(`${ORIGIN}/config.js`, (route) => route.fulfill({ contentType: 'text/javascript', body: this.script }));
    await page.exposeFunction('receive', (message: FromConfig) => received.push(message));
    await page.addInitScript((persisted) => {
      window.persisted = persisted;
      const api = {
        postMessage: (window as unknown as { receive: unknown }).receive,
        getState: () => window.persisted,
        setState: (next: unknown) => (window.persisted = next),
      };
      Object.assign(window, { acquireVsCodeApi: () => api });
    }, state);
    await page.goto(`${ORIGIN}/`);
    await page.evaluate(({ bodyClass, variables }) => {
      document.body.className = bodyClass;
      // The side bar is behind the page, which has no background of its own.
      document.documentElement.style.background = 'var(--vscode-sideBar-background)';
      for (const [name, value] of Object.entries(variables)) document.documentElement.style.setProperty(`--vscode-${name}`, value);
    }, { bodyClass: themes[theme].bodyClass, variables: { ...FONT, ...themes[theme].variables, ...panelThemes[theme], ...ownColours(theme) } });
    const post = (message: ToConfig) => page.evaluate((data) => window.postMessage(data, '*'), message);
    return {
      page,
      problems,
      post,
      show: (config) => post({ type: 'config', config }),
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
