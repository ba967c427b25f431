// Runs the `main` of a TypeScript file that is no test, bundled for Node.
import { build } from 'esbuild';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fromRoot, root } from './paths.mjs';

const banner = { js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);" };

/** Calls `main` of `source` (its path from the root) with these arguments, in the root. */
export async function runTypeScript(source, ...args) {
  process.chdir(root);
  const outfile = fromRoot('node_modules', '.cache', `${basename(source, '.ts')}.mjs`);
  await build({ entryPoints: [source], bundle: true, platform: 'node', format: 'esm', mainFields: ['module', 'main'], outfile, banner, logLevel: 'warning' });
  const { main } = await import(pathToFileURL(outfile).href);
  await main(...args);
}
