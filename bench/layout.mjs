// Crossings and edge length of the layout of one level beside dagre's, on the GraphDefs of the corpus (MIXED_PRECISION_CORPUS)
// up to 1,000 nodes, without groups; prints every graph and the distribution. Once with all edges, and once without those of
// values that we would draw as stubs, in both drawings.
import { importBundled } from '../scripts/lib/bundled.mjs';

const MOST_NODES = 1000;
const SHARES = { median: 0.5, p90: 0.9 };

/** Resolves to the list of measures: how many times dagre's ours are, and CPU seconds of all graphs together. */
export async function benchLayout(tell) {
  const { corpusPictures, samplePictures } = await importBundled('test/webview/support/corpusPictures.ts');
  const { withoutShared } = await importBundled('test/webview/support/flatLayouts.ts');
  const { compare, crossingRatios, lengthRatios, quantile } = await importBundled('test/webview/support/layoutQuality.ts');
  const corpus = corpusPictures(MOST_NODES);
  if (corpus === undefined) tell('no corpus: the samples only');
  const pictures = [...samplePictures(), ...(corpus ?? [])].sort((a, b) => a.nodes.length - b.nodes.length);
  const all = pictures.map((picture) => {
    const comparison = compare(picture);
    tell(line(comparison));
    return comparison;
  });
  const unshared = pictures.flatMap((picture, index) => {
    const rest = withoutShared(picture);
    return rest.edges.length === picture.edges.length ? all[index] : rest.edges.length === 0 ? [] : compare({ ...rest, name: picture.name });
  });
  const ratios = (name, comparisons) =>
    Object.entries(SHARES).flatMap(([share, at]) => [
      { measure: `layout_crossings${name}/${share}`, unit: 'x', ours: quantile(crossingRatios(comparisons), at), peers: { dagre: 1 } },
      { measure: `layout_edge_length${name}/${share}`, unit: 'x', ours: quantile(lengthRatios(comparisons), at), peers: { dagre: 1 } },
    ]);
  const sum = (key, who) => all.reduce((total, comparison) => total + comparison[who][key], 0);
  return [
    ...ratios('', all),
    ...ratios('_without_shared', unshared),
    { measure: 'layout_crossings/all', unit: '', ours: sum('crossings', 'ours'), peers: { dagre: sum('crossings', 'dagre') } },
    { measure: 'layout_cpu_s/all', unit: 's', ours: sum('seconds', 'ours'), peers: { dagre: sum('seconds', 'dagre') } },
  ];
}

function line({ name, nodes, ours, dagre }) {
  const length = (ours.length / dagre.length).toFixed(2).padStart(6);
  return `${String(nodes).padStart(5)} nodes ${String(ours.crossings).padStart(6)} crossings, dagre ${String(dagre.crossings).padEnd(6)} length ${length} x  ${name}`;
}
