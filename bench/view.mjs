// The graph view with 50,000 and 100,000 ops, in CPU time of the page's main thread, beside cytoscape with all elements and the
// time dagre takes for the layout alone.
import { importBundled } from '../scripts/lib/bundled.mjs';
import { pack } from './packed.mjs';
import { measureCytoscape } from './viewCytoscape.mjs';
import { measureDagre } from './viewDagre.mjs';
import { VIEW_GRAPHS, viewGraph } from './viewGraphs.mjs';
import { measureOurs } from './viewOurs.mjs';

const UNITS = { first_paint_cpu_s: 's', pan_cpu_ms_per_frame: 'ms', expand_cpu_ms: 'ms', live_elements: '', js_heap_mib: 'MiB' };

/** Resolves to the list of measures; a peer's value is null where `tell` says why. */
export async function benchView(tell) {
  const { GraphPages } = await importBundled('test/webview/support/page.ts');
  const { graphTables } = await importBundled('src/engine/report/graphTables.ts');
  const { flatGraph, placeOurs } = await importBundled('test/webview/support/flatLayouts.ts');
  const measures = [];
  for (const name of VIEW_GRAPHS) {
    const graph = await viewGraph(name);
    tell(`${name}: ${graph.nodes.length} ops, ${graph.edges.length} edges`);
    const pages = await GraphPages.start();
    const ours = await measureOurs(pages, pack({ type: 'graph', graph: graphTables(graph), shown: graph.snapshots.length - 1 }), tell);
    await pages.stop();
    tell(`  ours: ${JSON.stringify(ours)}`);
    const flat = flatGraph(graph);
    const cytoscape = await measureCytoscape({ ...flat, ...placeOurs(flat), labels: graph.nodes.map(({ op }) => op).join('\n') });
    tell(`  cytoscape with all elements: ${JSON.stringify(cytoscape.measures)} ${cytoscape.problem ?? ''}`);
    const dagre = measureDagre(name);
    tell(`  dagre: ${dagre.problem ?? `${dagre.seconds} s`}`);
    for (const [measure, unit] of Object.entries(UNITS)) {
      const peers = { ...(measure === 'expand_cpu_ms' ? {} : { cytoscape: cytoscape.measures[measure] ?? null }), ...(measure === 'first_paint_cpu_s' ? { dagre: dagre.seconds ?? null } : {}) };
      measures.push({ measure: `${measure}/${name}`, unit, ours: ours[measure] ?? null, peers });
    }
  }
  return measures;
}
