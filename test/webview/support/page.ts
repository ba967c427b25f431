import { build } from 'esbuild';
import { createServer, type Server } from 'node:http';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { webview } from '../../../scripts/bundleWebview.mjs';
import { chromiumArguments, findChromium } from '../../../scripts/vscode-host/browser.mjs';
import { graphPage } from '../../../webview/page';
import { graphTables, snapshotTables } from '../../../src/engine/report/graphTables';
import type { FromGraph, GraphView, SnapshotView, ToGraph } from '../../../webview/protocol';
import { themes, type ThemeName } from './themes';

declare global {
  interface Window {
    /** Messages the page sent, and what it persisted. */
    sent: FromGraph[];
    persisted: unknown;
  }
}

export interface Opened {
  readonly page: Page;
  /** Errors of the console, refusals of the content security policy among them. */
  readonly problems: readonly string[];
  readonly post: (message: ToGraph) => Promise<void>;
  readonly show: (graph: GraphView, shown: number) => Promise<void>;
  readonly showSnapshots: (snapshots: readonly SnapshotView[], shown: number) => Promise<void>;
  readonly sent: () => Promise<FromGraph[]>;
}

/** A browser with the graph page in it, as VS Code would serve it: same HTML, same policy, bundled scripts. */
export class GraphPages {
  private constructor(
    private readonly browser: Browser,
    private readonly server: Server,
    private readonly folder: string,
  ) {}

  /** `script`: what the page runs in place of the whole graph view. */
  static async start(script = webview.entryPoints.graph): Promise<GraphPages> {
    const folder = await mkdtemp(join(tmpdir(), 'webview-'));
    const { layoutWorker } = webview.entryPoints;
    await build({ ...webview, entryPoints: { graph: script, layoutWorker }, outdir: folder });
    const server = createServer((request, response) => {
      const name = new URL(request.url ?? '/', 'http://localhost').pathname.slice(1);
      if (name !== '') {
        readFile(join(folder, name)).then(
          (body) => response.setHeader('content-type', 'text/javascript').end(body),
          // The browser asks for an icon of its own accord.
          () => response.writeHead(name === 'favicon.ico' ? 204 : 404).end(),
        );
        return;
      }
      const origin = `http://${request.headers.host}`;
      const html = graphPage({ nonce: 'bm9uY2U', cspSource: origin, script: `${origin}/graph.js`, layoutWorker: `${origin}/layoutWorker.js` });
      response.setHeader('content-type', 'text/html; charset=utf-8').end(html);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const browser = await chromium.launch({ executablePath: findChromium(), args: chromiumArguments });
    return new GraphPages(browser, server, folder);
  }

  async open(options: { theme?: ThemeName; width?: number; height?: number; state?: unknown } = {}): Promise<Opened> {
    const { theme = 'dark-modern', width = 1280, height = 800, state } = options;
    const page = await this.browser.newPage({ viewport: { width, height } });
    const problems: string[] = [];
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    page.on('console', (message) => message.type() === 'warning' && problems.push(message.text()));
    page.on('pageerror', (error) => problems.push(error.message));
    await page.addInitScript(prepareWindow, { ...themes[theme], state });
    await page.goto(`http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`);
    const post = (message: ToGraph): Promise<void> => page.evaluate(postRevived, withoutArrays(message));
    return {
      page,
      problems,
      post,
      show: (graph, shown) => post({ type: 'graph', graph: graphTables(graph), shown }),
      showSnapshots: (snapshots, shown) => post({ type: 'snapshots', keep: 0, added: snapshots.map(snapshotTables), shown }),
      sent: () => page.evaluate(() => window.sent),
    };
  }

  async stop(): Promise<void> {
    await this.browser.close();
    this.server.close();
    await rm(this.folder, { recursive: true });
  }
}

/** Runs in the page before its scripts: the API and the theme VS Code would give it. */
function prepareWindow({ bodyClass, variables, state }: { bodyClass: string; variables: Record<string, string>; state: unknown }): void {
  window.sent = [];
  window.persisted = state;
  const api = {
    postMessage: (message: FromGraph) => window.sent.push(message),
    getState: () => window.persisted,
    setState: (next: unknown) => (window.persisted = next),
  };
  Object.assign(window, { acquireVsCodeApi: () => api });
  const observer = new MutationObserver(() => {
    if (!document.body) return;
    observer.disconnect();
    document.body.className = bodyClass;
    for (const [name, value] of Object.entries(variables)) document.documentElement.style.setProperty(`--vscode-${name}`, value);
  });
  observer.observe(document, { childList: true, subtree: true });
}

/** As VS Code sends a message: JSON, with typed arrays beside it. */
function withoutArrays(message: ToGraph): string {
  return JSON.stringify(message, (_, value: unknown) =>
    ArrayBuffer.isView(value) ? { arrayType: value.constructor.name, base64: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') } : value,
  );
}

/** Runs in the page. */
function postRevived(json: string): void {
  const arrays = { Uint8Array, Uint16Array, Uint32Array, Int32Array, Float64Array };
  const revive = (_: string, value: unknown): unknown => {
    if (typeof value !== 'object' || value === null || !('arrayType' in value)) return value;
    const { arrayType, base64 } = value as unknown as { arrayType: keyof typeof arrays; base64: string };
    return new arrays[arrayType](Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)).buffer);
  };
  window.postMessage(JSON.parse(json, revive), '*');
}
