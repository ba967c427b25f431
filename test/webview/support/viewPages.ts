import { build } from 'esbuild';
import { chromium, type Browser, type Page } from 'playwright-core';
import { webview } from '../../../scripts/bundleWebview.mjs';
import { chromiumArguments, findChromium } from '../../../scripts/vscode-host/browser.mjs';
import type { PageOptions } from '../../../webview/page';
import { contributes } from '../../../package.json';
import { panelThemes } from './panelThemes';
import { themes, type ThemeName } from './themes';

const ORIGIN = 'http://localhost';
/** Which default of our own colours a theme gets. */
const DEFAULTS = { 'dark-modern': 'dark', 'light-modern': 'light', 'high-contrast': 'highContrast', 'high-contrast-light': 'highContrastLight' } as const;
const NONCE = 'c2lkZXBhbmVs';
const FONT = { 'font-size': '13px', 'font-weight': 'normal', 'editor-font-family': 'monospace' };

/** A view that is one page with one script. */
export interface ViewSource {
  /** Its key among the entry points. */
  readonly name: 'config' | 'tuning';
  readonly html: (options: PageOptions) => string;
  /** What is behind the page, which has no background of its own. */
  readonly background: string;
  readonly width: number;
}

export interface OpenedView<From, To> {
  readonly page: Page;
  /** Errors of the console, refusals of the content security policy among them. */
  readonly problems: readonly string[];
  readonly post: (message: To) => Promise<void>;
  /** Messages since the last call. */
  received(): readonly From[];
}

/** A browser with a view in it: the HTML, the policy and the script VS Code gets. */
export class ViewPages<From, To> {
  private constructor(
    private readonly browser: Browser,
    private readonly script: string,
    private readonly source: ViewSource,
  ) {}

  static async start<From, To>(source: ViewSource): Promise<ViewPages<From, To>> {
    const { outputFiles } = await build({ ...webview, entryPoints: { [source.name]: webview.entryPoints[source.name] }, outdir: source.name, write: false });
    return new ViewPages(await chromium.launch({ executablePath: findChromium(), args: chromiumArguments }), outputFiles[0]!.text, source);
  }

  /** `state`: what the page persisted before. */
  async open(theme: ThemeName = 'dark-modern', { width = this.source.width, height = 900, state }: { width?: number; height?: number; state?: unknown } = {}): Promise<OpenedView<From, To>> {
    const { html, background } = this.source;
    const page = await this.browser.newPage({ viewport: { width, height } });
    const problems: string[] = [];
    let received: From[] = [];
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && problems.push(message.text()));
    page.on('pageerror', (error) => problems.push(error.message));
    await page.route(`${ORIGIN}/`, (route) => route.fulfill({ contentType: 'text/html', body: html({ nonce: NONCE, cspSource: ORIGIN, script: `${ORIGIN}/view.js` }) }));
    await page.route(`${ORIGIN}/view.js`, (route) => route.fulfill({ contentType: 'text/javascript', body: this.script }));
    await page.exposeFunction('receive', (message: From) => received.push(message));
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
    await page.evaluate(({ bodyClass, variables, background }) => {
      document.body.className = bodyClass;
      document.documentElement.style.background = background;
      for (const [name, value] of Object.entries(variables)) document.documentElement.style.setProperty(`--vscode-${name}`, value);
    }, { background, bodyClass: themes[theme].bodyClass, variables: { ...FONT, ...themes[theme].variables, ...panelThemes[theme], ...ownColours(theme) } });
    const post = (message: To) => page.evaluate((data) => window.postMessage(data, '*'), message as never);
    return {
      page,
      problems,
      post,
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
