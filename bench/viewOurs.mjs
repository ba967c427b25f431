// The graph view as VS Code shows it, opened with a large graph and used: first paint, expanding, panning, memory.
import { mainThread, panCost } from './mainThread.mjs';
import { postUnpacked, unpack } from './packed.mjs';

const EXPANSIONS = 3;
/** Animations and what is done when idle are over by then. */
const SETTLED_MS = 1500;

/**
 * What opening and using the graph of a packed message costs, by the name of the measure.
 * @returns {Promise<Record<'first_paint_cpu_s' | 'pan_cpu_ms_per_frame' | 'expand_cpu_ms' | 'live_elements' | 'js_heap_mib', number>>}
 */
export async function measureOurs(pages, bytes, tell) {
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
    const press = async (key) => {
      await page.locator('.stage').press(key);
      await page.waitForTimeout(SETTLED_MS);
    };
    await press('0');
    const pan = { inside: await panCost(page, thread, 'on') };
    await press('x'); // Expands all that holds a Cast, which is nearly all.
    await press('0');
    pan.expanded = await panCost(page, thread, 'on');
    await press('f');
    pan.far = await panCost(page, thread, 'to and fro');
    const liveElements = await mostElements(page);
    const heap = await thread.heapMiB();
    tell(`  expand: ${JSON.stringify(expand)}, pan: ${JSON.stringify(pan)}`);
    if (problems.length > 0) throw new Error(problems.join('\n'));
    return {
      first_paint_cpu_s: firstPaint.seconds,
      pan_cpu_ms_per_frame: Math.max(...Object.values(pan)),
      expand_cpu_ms: Math.max(...expand),
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

/** CPU milliseconds from the key that expands the group nearest to the middle until all is still. */
async function expandOne(page, thread) {
  const distance = await page.evaluate(() => {
    const cy = window.cytoscapeOf();
    const fromMiddle = (node) => ({ x: node.renderedPosition().x - cy.width() / 2, y: node.renderedPosition().y - cy.height() / 2 });
    const groups = cy.nodes('.card.group').toArray().map(fromMiddle);
    return groups.sort((a, b) => Math.hypot(a.x, a.y) - Math.hypot(b.x, b.y))[0];
  });
  if (distance === undefined) throw new Error('there is no group to expand in sight');
  const stage = page.locator('.stage');
  const { x, y, width, height } = await stage.boundingBox();
  await stage.dispatchEvent('wheel', { deltaX: distance.x, deltaY: distance.y });
  await page.mouse.click(x + width / 2, y + height / 2);
  await stage.focus();
  await page.waitForTimeout(SETTLED_MS);
  const { seconds } = await thread.measure(async () => {
    await page.keyboard.press('Space');
    await page.evaluate(settled);
  });
  await page.waitForTimeout(SETTLED_MS);
  return 1000 * seconds;
}

/** Runs in the page: resolves when what cytoscape draws has changed, and then no longer does. */
async function settled() {
  const look = () => {
    const cy = window.cytoscapeOf();
    return JSON.stringify([cy.pan(), cy.elements().length, cy.nodes('.card').map((card) => card.position())]);
  };
  let before = look();
  for (let changed = false, still = 0; still < 3; ) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const now = look();
    changed ||= now !== before;
    still = changed && now === before ? still + 1 : 0;
    before = now;
  }
}

/** The most elements cytoscape ever holds while one pans to and fro at zooms from near to far. */
async function mostElements(page) {
  await page.locator('.stage').press('Home');
  await page.locator('.stage').press('0');
  return page.evaluate(async () => {
    const stage = document.querySelector('.stage');
    let most = 0;
    for (let zoom = 0; zoom < 30; zoom++) {
      for (let frame = 0; frame < 6; frame++) {
        window.panBy(frame < 3 ? 300 : -300);
        await new Promise((resolve) => requestAnimationFrame(resolve));
        most = Math.max(most, window.cytoscapeOf().elements().length);
      }
      stage.dispatchEvent(new WheelEvent('wheel', { deltaY: 40, ctrlKey: true, bubbles: true, cancelable: true, clientX: 640, clientY: 100 }));
    }
    return most;
  });
}
