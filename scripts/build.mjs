// Bundles each part of the product into dist/ (or FOLDER): `node scripts/build.mjs [--watch] [--outdir FOLDER]`.
import { build, context } from 'esbuild';
import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { api, writeDeclarations } from './bundleApi.mjs';
import { copyWasm, kernelProcess } from './bundleKernels.mjs';
import { webview } from './bundleWebview.mjs';
import { jsonAsText } from './lib/jsonAsText.mjs';

const { watch, outdir } = parseArgs({ options: { watch: { type: 'boolean' }, outdir: { type: 'string', default: 'dist' } } }).values;
const common = { bundle: true, minify: !watch, sourcemap: watch, logLevel: 'warning', legalComments: 'none' };
const node = { ...common, plugins: [jsonAsText], platform: 'node', format: 'cjs', mainFields: ['module', 'main'], target: 'node20', external: ['vscode'] };

const targets = [
  { ...node, entryPoints: { extension: 'src/extension.ts', engineWorker: 'src/worker/engineWorker.ts', searchWorker: 'src/worker/searchWorker.ts', trialWorker: 'src/worker/trialWorker.ts', metricProcess: 'src/worker/metricProcess.ts' }, outdir },
  { ...common, ...kernelProcess, outdir },
  { ...node, entryPoints: { cliThread: 'src/cliThread.ts' }, outdir },
  { ...node, entryPoints: { cli: 'src/cli.ts' }, outdir, banner: { js: '#!/usr/bin/env node' } },
  { ...common, ...api, outdir },
  { ...common, ...webview, outdir: join(outdir, 'webview') },
];

await rm(outdir, { recursive: true, force: true });
await mkdir(outdir, { recursive: true });
if (watch) for (const target of targets) await (await context(target)).watch();
else await Promise.all(targets.map((target) => build(target)));
await copyWasm(outdir);
await cp('src/worker/python', join(outdir, 'python'), { recursive: true, filter: (source) => !source.endsWith('__pycache__') });
writeDeclarations(outdir);
