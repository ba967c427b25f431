import { buildSync } from 'esbuild';
import { dirname, join } from 'node:path';
import { bundledTrialWorker } from '../worker/trials';

/** The command line with all it starts, bundled as it is shipped; path of its script. */
export function bundledCli(): string {
  const folder = dirname(bundledTrialWorker());
  buildSync({ entryPoints: { cli: 'src/cli.ts', cliThread: 'src/cliThread.ts' }, outdir: folder, bundle: true, platform: 'node', format: 'cjs', mainFields: ['module', 'main'], logLevel: 'error' });
  return join(folder, 'cli.js');
}
