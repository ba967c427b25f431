/** The HTML of the webviews, used by the extension host and by the browser tests, so that both run the same page. */
export interface PageOptions {
  /** Fresh for every page; only scripts that carry it run. */
  readonly nonce: string;
  /** `webview.cspSource`: where the extension's own files come from. */
  readonly cspSource: string;
  /** Address of the page's bundled script. */
  readonly script: string;
  /** `vscode.l10n.bundle`: English text to that of VS Code's display language; undefined where there is no translation. */
  readonly translations?: Readonly<Record<string, string>> | undefined;
}

export interface GraphPageOptions extends PageOptions {
  /** Address of layoutWorker.js; the page fetches it and starts it from a blob, the only way a webview may start a worker. */
  readonly layoutWorker: string;
}

export function graphPage(options: GraphPageOptions): string {
  const { cspSource } = options;
  const sources = [`img-src ${cspSource} data: blob:`, 'worker-src blob:', `connect-src ${cspSource}`];
  return page(options, 'Graph', `data-layout-worker="${attribute(options.layoutWorker)}"`, sources);
}

export function configPage(options: PageOptions): string {
  return page(options, 'Config', '', []);
}

export function tuningPage(options: PageOptions): string {
  return page(options, 'Tuning', '', []);
}

function page(options: PageOptions, title: string, bodyAttributes: string, sources: readonly string[]): string {
  const { nonce, cspSource } = options;
  const policy = ["default-src 'none'", `script-src 'nonce-${nonce}'`, `style-src ${cspSource} 'nonce-${nonce}'`, `font-src ${cspSource} data:`, ...sources].join('; ');
  // The toolkit takes the nonce for its style element from the meta element csp-nonce.
  // Cytoscape looks for a style element of that id and would otherwise insert one that the policy refuses.
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="${attribute(policy)}">
<meta property="csp-nonce" content="${nonce}">
<meta name="viewport" content="width=device-width, initial-scale=1.0">
<title>${title}</title>
<style nonce="${options.nonce}" id="__________cytoscape_stylesheet"></style>
</head>
<body ${bodyAttributes}>
<div id="app"></div>
<script type="application/json" id="l10n">${JSON.stringify(options.translations ?? {}).replaceAll('<', '\\u003c')}</script>
<script nonce="${options.nonce}" src="${attribute(options.script)}"></script>
</body>
</html>`;
}

function attribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
