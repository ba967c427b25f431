import { afterAll, beforeAll, expect, it } from 'vitest';
import { pack } from '../../../bench/packed.mjs';
import { measureOurs } from '../../../bench/viewOurs.mjs';
import { graphTables } from '../../../src/engine/report/graphTables';
import { chain, decoder } from '../support/generatedGraphs';
import { GraphPages } from '../support/page';

/** Elements cytoscape may hold, and memory for a graph of 100,000 ops; `npm run bench -- view` measures times, too. */
const MOST_ELEMENTS = 1500;
const MOST_HEAP_MIB = 200;

let pages: GraphPages;
beforeAll(async () => {
  pages = await GraphPages.start();
});
afterAll(() => pages.stop());

const graphs = { 'decoder of 50,000 ops': () => decoder(893), 'chain of 100,000 ops': () => chain(100_000) };

it.each(Object.entries(graphs))('holds a window of elements and little memory for the %s, whatever is expanded', async (_, make) => {
  const graph = make();
  expect(graph.nodes.length).toBeGreaterThanOrEqual(50_000);
  const message = { type: 'graph', graph: graphTables(graph), shown: graph.snapshots.length - 1 };
  const { live_elements, js_heap_mib } = await measureOurs(pages, pack(message), () => {});
  expect(live_elements).toBeGreaterThan(100);
  expect(live_elements).toBeLessThanOrEqual(MOST_ELEMENTS);
  expect(js_heap_mib).toBeLessThanOrEqual(MOST_HEAP_MIB);
}, 180_000);
