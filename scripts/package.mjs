// `npm run package`: builds and writes mixed-precision-VERSION.vsix.
import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ensureDependencies } from './lib/dependencies.mjs';
import { fromRoot } from './lib/paths.mjs';
import { run, runModule } from './lib/run.mjs';

/** Path of the new package; everything it needs is bundled, so it carries no node_modules. */
export async function makePackage() {
  if ((await run(process.execPath, [fromRoot('scripts', 'build.mjs')])) !== 0) throw new Error('the build failed');
  const { name, version } = JSON.parse(readFileSync(fromRoot('package.json'), 'utf8'));
  const file = fromRoot(`${name}-${version}.vsix`);
  if ((await runModule('@vscode/vsce/vsce', ['package', '--no-dependencies', '--out', file])) !== 0) throw new Error('vsce failed');
  console.log(`${file}: ${(statSync(file).size / 2 ** 20).toFixed(1)} MiB`);
  return file;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  ensureDependencies();
  await makePackage();
}
