import { importBundled } from './bundled.mjs';
import { root } from './paths.mjs';

/** Calls `main` of a TypeScript file that is no test (`source` is its path from the root) with these arguments, in the root. */
export async function runTypeScript(source, ...args) {
  process.chdir(root);
  const { main } = await importBundled(source);
  await main(...args);
}
