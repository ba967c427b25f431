// Bundles each part of the product into dist/: `node scripts/build.mjs [--watch]`.
import { build, context } from 'esbuild';
import { mkdir, rm } from 'node:fs/promises';
import { api, writeDeclarations } from './bundleApi.mjs';
import { copyWasm, kernelProcess } from './bundleKernels.mjs';
import { webview } from './bundleWebview.mjs';

const watch = process.argv.includes('--watch');
const common = { bundle: true, minify: !watch, sourcemap: watch, logLevel: 'warning', legalComments: 'none' };
const node = { ...common, platform: 'node', format: 'cjs', mainFields: ['module', 'main'], target: 'node20', external: ['vscode'] };

const targets = [
  { ...node, entryPoints: { extension: 'src/extension.ts', engineWorker: 'src/worker/engineWorker.ts' }, outdir: 'dist' },
  { ...common, ...kernelProcess, outdir: 'dist' },
  { ...node, entryPoints: { cli: 'src/cli.ts' }, outdir: 'dist', banner: { js: '#!/usr/bin/env node' } },
  { ...common, ...api, outdir: 'dist' },
  { ...common, ...webview, outdir: 'dist/webview' },
];

await rm('dist', { recursive: true, force: true });
await mkdir('dist/webview', { recursive: true });
if (watch) for (const target of targets) await (await context(target)).watch();
else await Promise.all(targets.map((target) => build(target)));
await copyWasm('dist');
writeDeclarations('dist');
