import { build } from 'esbuild';
import { mkdirSync } from 'node:fs';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fromRoot } from './paths.mjs';

/** Imports TypeScript that tests, checks and benches share; `entry` is a path from the root. */
export async function importBundled(entry) {
  const folder = fromRoot('node_modules', '.cache');
  mkdirSync(folder, { recursive: true });
  const outfile = `${folder}/${basename(entry, '.ts')}.mjs`;
  const banner = { js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);" };
  await build({ entryPoints: [fromRoot(entry)], bundle: true, platform: 'node', format: 'esm', mainFields: ['module', 'main'], external: ['esbuild', 'playwright-core'], outfile, banner, logLevel: 'warning' });
  return import(pathToFileURL(outfile).href);
}
