// Bundles each part of the product into dist/: `node scripts/build.mjs [--watch]`.
import { build, context } from 'esbuild';
import { copyFile, mkdir, rm } from 'node:fs/promises';

const watch = process.argv.includes('--watch');
const common = { bundle: true, minify: !watch, sourcemap: watch, logLevel: 'warning', legalComments: 'none' };
const node = { ...common, platform: 'node', format: 'cjs', target: 'node20', external: ['vscode', 'onnxruntime-node', 'onnxruntime-web'] };
const browser = { ...common, platform: 'browser', format: 'iife', target: 'es2022', loader: { '.css': 'text', '.ttf': 'dataurl' } };

const targets = [
  { ...node, entryPoints: { extension: 'src/extension.ts', engineWorker: 'src/worker/engineWorker.ts', kernelProcess: 'src/worker/kernelProcess.ts' }, outdir: 'dist' },
  { ...node, entryPoints: { cli: 'src/cli.ts' }, outdir: 'dist', banner: { js: '#!/usr/bin/env node' } },
  { ...browser, entryPoints: { graph: 'webview/graph/main.ts', config: 'webview/config/main.ts', layoutWorker: 'webview/graph/layoutWorker.ts' }, outdir: 'dist/webview' },
];

await rm('dist', { recursive: true, force: true });
await mkdir('dist/webview', { recursive: true });
if (watch) for (const target of targets) await (await context(target)).watch();
else await Promise.all(targets.map((target) => build(target)));
await copyFile('node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm', 'dist/ort-wasm-simd-threaded.wasm').catch(() => {});
