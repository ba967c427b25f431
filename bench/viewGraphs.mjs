// The graphs the view is measured with: a decoder of 893 blocks whose mask and tables feed every block, and a chain without scopes.
import { importBundled } from '../scripts/lib/bundled.mjs';

const GRAPHS = { transformer_50k: ['decoder', 893], chain_100k: ['chain', 100_000] };
export const VIEW_GRAPHS = Object.keys(GRAPHS);

/** A GraphView with all phases run. */
export async function viewGraph(name) {
  const generators = await importBundled('test/webview/support/generatedGraphs.ts');
  const [generator, size] = GRAPHS[name];
  return generators[generator](size);
}
