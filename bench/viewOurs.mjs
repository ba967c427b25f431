// The graph view as VS Code shows it, opened with a large graph and used: first paint, expanding, panning, memory.
import { mainThread, panCost } from './mainThread.mjs';
import { postUnpacked, unpack } from './packed.mjs';

const EXPANSIONS = 3;
/** Animations and what is done when idle are over by then. */
const SETTLED_MS = 1500;

export async function measureOurs(pages, bytes) {
  const { page, problems } = await pages.open();
  const thread = await mainThread(page);
  try {
    await page.route('**/message.bin', (route) => route.fulfill({ body: bytes }));
    await page.evaluate(unpack, '/message.bin');
    await page.evaluate(prepare);
    await thread.collectGarbage();
    const firstPaint = await thread.measure(async () => {
      await page.evaluate(postUnpacked);
      await page.evaluate(painted);
    });
    await page.waitForTimeout(SETTLED_MS);
    const expand = [];
    for (let k = 0; k < EXPANSIONS; k++) expand.push(await expandOne(page, thread));
    const stage = page.locator('.stage');
    await stage.press('0');
    await page.waitForTimeout(SETTLED_MS);
    const near = await panCost(page, thread, 'on');
    await stage.press('f');
    await page.waitForTimeout(SETTLED_MS);
    const far = await panCost(page, thread, 'to and fro');
    const liveElements = await mostElements(page);
    const heap = await thread.heapMiB();
    if (problems.length > 0) throw new Error(problems.join('\n'));
    return {
      first_paint_cpu_s: firstPaint.seconds,
      pan_cpu_ms_per_frame: Math.max(near, far),
      expand_cpu_ms: expand.includes(undefined) ? undefined : Math.max(...expand),
      live_elements: liveElements,
      js_heap_mib: heap,
    };
  } finally {
    await page.close();
  }
}

/** Runs in the page. */
function prepare() {
  const stage = document.querySelector('.stage');
  window.panBy = (y) => stage.dispatchEvent(new WheelEvent('wheel', { deltaY: y, bubbles: true, cancelable: true }));
  window.cytoscapeOf = () => document.querySelector('.near')._cyreg.cy;
}

/** Runs in the page: resolves after the first frame that shows some of the graph. */
function painted() {
  return new Promise((resolve) => {
    const look = () => {
      const shows = window.cytoscapeOf().edges().length > 0 || document.querySelector('.far').hidden === false;
      requestAnimationFrame(shows ? () => resolve() : look);
    };
    look();
  });
}

/** CPU milliseconds from the click on a collapsed group until all is still; undefined where there is none. */
async function expandOne(page, thread) {
  const at = await page.evaluate(() => {
    const { left, top } = document.querySelector('.near').getBoundingClientRect();
    const cy = window.cytoscapeOf();
    const group = cy.nodes('.card.group').toArray().find((node) => {
      const { x, y } = node.renderedPosition();
      return x > 100 && y > 100 && x < cy.width() - 100 && y < cy.height() - 100;
    });
    return group && { x: left + group.renderedPosition().x, y: top + group.renderedPosition().y };
  });
  if (at === undefined) return undefined;
  const { seconds } = await thread.measure(async () => {
    await page.mouse.dblclick(at.x, at.y);
    await page.waitForTimeout(SETTLED_MS);
  });
  return 1000 * seconds;
}

/** The most elements cytoscape ever holds while one pans to and fro at zooms from near to far. */
async function mostElements(page) {
  await page.locator('.stage').press('Home');
  await page.locator('.stage').press('0');
  return page.evaluate(async () => {
    const stage = document.querySelector('.stage');
    let most = 0;
    for (let zoom = 0; zoom < 60; zoom++) {
      for (let frame = 0; frame < 6; frame++) {
        window.panBy(frame < 3 ? 300 : -300);
        await new Promise((resolve) => requestAnimationFrame(resolve));
        most = Math.max(most, window.cytoscapeOf().elements().length);
      }
      stage.dispatchEvent(new WheelEvent('wheel', { deltaY: 20, ctrlKey: true, bubbles: true, cancelable: true, clientX: 640, clientY: 100 }));
    }
    return most;
  });
}
