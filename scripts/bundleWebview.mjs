// The webviews' scripts: one file each, style sheets and icons inside.
/** @type {import('esbuild').BuildOptions & { entryPoints: Record<'graph' | 'config' | 'tuning' | 'layoutWorker', string> }} */
export const webview = {
  entryPoints: { graph: 'webview/graph/main.ts', config: 'webview/config/main.ts', tuning: 'webview/tuning/main.ts', layoutWorker: 'webview/graph/layoutWorker.ts' },
  bundle: true,
  platform: 'browser',
  format: 'iife',
  target: 'es2022',
  loader: { '.css': 'text', '.svg': 'text' },
  legalComments: 'none',
  logLevel: 'warning',
};
