// Bundles the kernel process with onnxruntime-web inside, so that it runs without node_modules: `node scripts/bundleKernels.mjs OUTDIR`.
import { build } from 'esbuild';
import { copyFile, mkdir } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';

/** Options of esbuild; onnxruntime-web is written for ES modules, so the CommonJS bundle has to give it its own address. */
export const kernelProcess = {
  bundle: true, platform: 'node', format: 'cjs', target: 'node20', legalComments: 'none', logLevel: 'warning',
  entryPoints: { kernelProcess: 'src/worker/kernelProcess.ts' },
  external: ['onnxruntime-node'],
  define: { 'import.meta.url': 'importMetaUrl' },
  banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
};

/** Puts what onnxruntime-web loads at run time beside the bundle. */
export async function copyWasm(outdir) {
  for (const extension of ['mjs', 'wasm']) {
    const file = `ort-wasm-simd-threaded.${extension}`;
    await copyFile(`node_modules/onnxruntime-web/dist/${file}`, `${outdir}/${file}`);
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const outdir = process.argv[2];
  await mkdir(outdir, { recursive: true });
  await build({ ...kernelProcess, outdir });
  await copyWasm(outdir);
}
