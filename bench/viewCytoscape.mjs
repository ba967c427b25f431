// The same graph at the same places in cytoscape without a window: every node and edge is an element.
import { build } from 'esbuild';
import { fromRoot } from '../scripts/lib/paths.mjs';
import { openBrowser } from '../scripts/vscode-host/browser.mjs';
import { mainThread, panCost } from './mainThread.mjs';
import { pack, unpack } from './packed.mjs';

const ORIGIN = 'http://cytoscape.test';
const PATIENCE_MS = 180_000;

/** Measures by name, as far as it got, and why it got no further. `placed`: labels, widths, places and edges. */
export async function measureCytoscape(placed) {
  const { outputFiles } = await build({ entryPoints: [fromRoot('bench', 'viewCytoscapePage.mjs')], bundle: true, write: false, format: 'iife', minify: true, logLevel: 'warning' });
  const script = outputFiles[0].text;
  const files = { '/': '<!DOCTYPE html><body style="margin:0;height:100vh"><script src="script.js"></script>', '/script.js': script, '/graph.bin': pack(placed) };
  const { page, close } = await openBrowser();
  const measures = {};
  const steps = async () => {
    await page.route(`${ORIGIN}/**`, (route) => route.fulfill({ body: files[new URL(route.request().url()).pathname] ?? '', contentType: typeOf(route.request().url()) }));
    await page.goto(ORIGIN);
    await page.evaluate(unpack, '/graph.bin');
    const thread = await mainThread(page);
    const paint = await thread.measure(() => page.evaluate(showUnpacked));
    measures.first_paint_cpu_s = paint.seconds;
    measures.live_elements = await page.evaluate(() => window.elementCount());
    measures.js_heap_mib = await thread.heapMiB();
    await page.evaluate(() => window.actualSize());
    const near = await panCost(page, thread, 'on');
    measures.pan_cpu_ms_per_frame = near;
    await page.evaluate(() => window.fit());
    measures.pan_cpu_ms_per_frame = Math.max(near, await panCost(page, thread, 'to and fro'));
  };
  try {
    const problem = await withinPatience(steps());
    return { measures, problem };
  } finally {
    await close();
  }
}

const typeOf = (url) => (url.endsWith('.js') ? 'text/javascript' : url.endsWith('.bin') ? 'application/octet-stream' : 'text/html');

/** Runs in the page. */
function showUnpacked() {
  const { message } = window.unpacked;
  delete window.unpacked;
  return window.showEverything(message);
}

/** Why the work did not end, if it did not. */
function withinPatience(work) {
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, `not done after ${PATIENCE_MS / 1000} s`));
  return Promise.race([late, work.then(() => undefined, (error) => error.message.split('\n')[0])]);
}
