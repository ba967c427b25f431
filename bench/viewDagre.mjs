// dagre on the same graph, in a process of its own: `node bench/viewDagre.mjs GRAPH` prints CPU seconds, or why there are none.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { importBundled } from '../scripts/lib/bundled.mjs';
import { viewGraph } from './viewGraphs.mjs';

const PATIENCE_MS = 60_000;
const file = fileURLToPath(import.meta.url);

/** {seconds} or {problem}. */
export function measureDagre(graph) {
  const { stdout, error } = spawnSync(process.execPath, [file, graph], { encoding: 'utf8', timeout: PATIENCE_MS, stdio: ['ignore', 'pipe', 'inherit'] });
  return error ? { problem: `not done after ${PATIENCE_MS / 1000} s` } : JSON.parse(stdout);
}

if (process.argv[1] === file) {
  const { drawDagre, flatGraph } = await importBundled('test/webview/support/flatLayouts.ts');
  const flat = flatGraph(await viewGraph(process.argv[2]));
  const before = process.cpuUsage();
  try {
    drawDagre(flat);
    const { user, system } = process.cpuUsage(before);
    console.log(JSON.stringify({ seconds: (user + system) / 1e6 }));
  } catch (error) {
    console.log(JSON.stringify({ problem: error.message }));
  }
}
