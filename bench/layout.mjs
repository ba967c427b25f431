// Crossings and edge length of the layout of one level beside dagre's, on the GraphDefs of the corpus (MIXED_PRECISION_CORPUS)
// up to 1,000 nodes, without groups; prints every graph and the distribution.
import { importBundled } from './bundled.mjs';

const MOST_NODES = 1000;
const SHARES = { median: 0.5, p90: 0.9 };

/** Resolves to the list of measures: how many times dagre's ours are, and CPU seconds of all graphs together. */
export async function benchLayout(tell) {
  const { corpusPictures, samplePictures } = await importBundled('test/webview/support/corpusPictures.ts');
  const { compare, crossingRatios, lengthRatios, quantile } = await importBundled('test/webview/support/layoutQuality.ts');
  const corpus = corpusPictures(MOST_NODES);
  if (corpus === undefined) tell('no corpus: the samples only');
  const all = [...samplePictures(), ...(corpus ?? [])].sort((a, b) => a.nodes.length - b.nodes.length).map(compare);
  for (const { name, nodes, ours, dagre } of all) {
    const length = (ours.length / dagre.length).toFixed(2).padStart(6);
    tell(`${String(nodes).padStart(5)} nodes ${String(ours.crossings).padStart(6)} crossings, dagre ${String(dagre.crossings).padEnd(6)} length ${length} x  ${name}`);
  }
  const ratios = { crossings: crossingRatios(all), edge_length: lengthRatios(all) };
  const sum = (key, who) => all.reduce((total, comparison) => total + comparison[who][key], 0);
  return [
    ...Object.entries(ratios).flatMap(([name, values]) =>
      Object.entries(SHARES).map(([share, at]) => ({ measure: `layout_${name}/${share}`, unit: 'x', ours: quantile(values, at), peers: { dagre: 1 } })),
    ),
    { measure: 'layout_crossings/all', unit: '', ours: sum('crossings', 'ours'), peers: { dagre: sum('crossings', 'dagre') } },
    { measure: 'layout_cpu_s/all', unit: 's', ours: sum('seconds', 'ours'), peers: { dagre: sum('seconds', 'dagre') } },
  ];
}
