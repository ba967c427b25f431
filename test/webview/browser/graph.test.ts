import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FromGraph } from '../../../webview/protocol';
import { drawn, nextFrames } from '../support/cytoscape';
import { digitsCnn } from '../support/digitsCnn';
import { digitsDetails } from '../support/digitsDetails';
import { GraphPages, type Opened } from '../support/page';
import { expandedState } from '../support/states';

let pages: GraphPages;
let view: Opened;
const graph = digitsCnn();

beforeAll(async () => {
  pages = await GraphPages.start();
});
afterAll(() => pages.stop());
beforeEach(async () => {
  view = await pages.open({ state: expandedState(graph, 3), height: 1800 });
});
afterEach(async () => {
  await view.page.close();
  expect(view.problems).toEqual([]);
});

/** What screen readers are told to be at. */
function activeItem(): Promise<string | null> {
  return view.page.evaluate(() => document.getElementById(document.querySelector('.stage')!.getAttribute('aria-activedescendant') ?? '')?.textContent ?? null);
}

/** Opens the digits CNN, whole on the screen and expanded, with the focus on the graph. */
async function openCnn(shown = 3): Promise<void> {
  await view.show(graph, shown);
  await view.page.waitForSelector('.notice', { state: 'hidden' });
  await view.page.locator('.stage').focus();
  await view.page.keyboard.press('f');
  await nextFrames(view.page);
}

async function lastSent<T extends FromGraph['type']>(type: T): Promise<Extract<FromGraph, { type: T }> | undefined> {
  return (await view.sent()).filter((message): message is Extract<FromGraph, { type: T }> => message.type === type).at(-1);
}

describe('graph', () => {
  it('says ready once and shows that the model is being opened', async () => {
    expect(await view.sent()).toEqual([{ type: 'ready' }]);
    expect(await view.page.locator('.notice').innerText()).toContain('Opening model');
  });

  it('draws every op and box, and every mark of the snapshot', async () => {
    await openCnn();
    expect(await drawn(view.page, '.op')).toHaveLength(graph.nodes.length);
    expect((await drawn(view.page, '.box')).length).toBeGreaterThan(10);
    for (const state of ['inserted', 'folded'] as const) {
      const marks = graph.snapshots[3]!.marks.filter((mark) => mark.state === state);
      expect(marks.length).toBeGreaterThan(0);
      expect((await drawn(view.page, '.mark')).filter(({ classes }) => classes.includes('folded') === (state === 'folded'))).toHaveLength(marks.length);
    }
  });

  it('changes colours from step to step, never positions', async () => {
    await openCnn(0);
    const places = async () => (await drawn(view.page, '.op')).map(({ id, x, y }) => ({ id, x, y }));
    const indexOf = (id: string) => Number(id.slice('node '.length));
    const ops = async () => (await drawn(view.page, '.op')).sort((a, b) => indexOf(a.id) - indexOf(b.id));
    const precisionOf = async () => (await ops()).map(({ classes }) => classes.find((name) => ['fp32', 'bf16', 'int8', 'other', 'gone'].includes(name)));
    const before = await places();
    for (const [step, title] of ['FP32', 'FP32 + INT8', '+ BF16', 'Optimized'].entries()) {
      await view.page.getByRole('radio', { name: title }).first().click();
      await nextFrames(view.page);
      expect(await places()).toEqual(before);
      expect(await precisionOf()).toEqual(graph.snapshots[step]!.precision.map((precision) => precision ?? 'gone'));
    }
    expect((await view.sent()).filter(({ type }) => type === 'showSnapshot')).toHaveLength(3);
  });

  it('hides and shows what was folded', async () => {
    await openCnn();
    const standing = async () => (await drawn(view.page, '.mark')).filter(({ classes }) => !classes.includes('folded')).map(({ id }) => id).sort();
    const before = await standing();
    await view.page.keyboard.press('g');
    await nextFrames(view.page);
    expect(await drawn(view.page, '.mark.folded')).toEqual([]);
    expect(await standing()).toEqual(before);
    await view.page.getByRole('button', { name: 'Folded' }).click();
    await nextFrames(view.page);
    expect(await drawn(view.page, '.mark.folded')).not.toEqual([]);
  });

  it('shows details of a clicked node and follows its inputs', async () => {
    await openCnn();
    const node = (await drawn(view.page, '.op')).find(({ id }) => id === `node ${graph.nodes.findIndex(({ id }) => id === digitsDetails.id)}`)!;
    await view.page.mouse.click(node.screen.x, node.screen.y);
    expect(await lastSent('select')).toEqual({ type: 'select', id: digitsDetails.id, snapshot: 3 });
    const details = view.page.locator('.details');
    expect(await details.innerText()).toContain(digitsDetails.name);
    await view.post({ type: 'details', details: digitsDetails });
    await details.getByText('WHY BF16').waitFor();
    expect(await details.innerText()).toContain(digitsDetails.changes[2]!.reason);
    await details.getByRole('button', { name: 'op_name_dict' }).click();
    expect(await lastSent('openConfigKey')).toEqual({ type: 'openConfigKey', key: 'op_name_dict' });
    await details.getByRole('button', { name: digitsDetails.inputs[0]!.name }).click();
    expect((await lastSent('select'))!.id).toBe(digitsDetails.inputs[0]!.node);
  });

  it('asks for the Cast behind a clicked mark', async () => {
    await openCnn();
    const { edge, nodes } = graph.snapshots[3]!.marks.find(({ kind, state }) => kind === 'cast' && state === 'inserted')!;
    const { target } = graph.edges[edge]!;
    const reader = (await drawn(view.page, '.op')).find(({ id }) => id === `node ${target}`)!;
    const above = (await drawn(view.page, '.mark.cast')).filter(({ y, classes }) => y < reader.y && !classes.includes('folded'));
    const distance = ({ x, y }: { x: number; y: number }) => Math.hypot(x - reader.x, y - reader.y);
    const { screen } = above.reduce((best, mark) => (distance(mark) < distance(best) ? mark : best));
    await view.page.mouse.click(screen.x, screen.y);
    expect((await lastSent('select'))!.id).toBe(nodes[0]);
  });

  it('follows the host without answering, and is not moved by its own echo', async () => {
    await openCnn();
    await view.post({ type: 'select', id: digitsDetails.id });
    await view.page.getByRole('heading', { name: 'Conv2D' }).waitFor();
    expect(await lastSent('select')).toBeUndefined();
    await view.page.keyboard.press('ArrowDown');
    await view.page.keyboard.press('ArrowDown');
    const [first, second] = (await view.sent()).flatMap((message) => (message.type === 'select' ? [message.id!] : []));
    await view.post({ type: 'select', id: first! });
    await view.post({ type: 'select', id: second! });
    await nextFrames(view.page);
    expect((await view.sent()).filter(({ type }) => type === 'select')).toHaveLength(2);
    expect(await activeItem()).toContain(second);
  });

  it('follows the host back to a node that was selected here before', async () => {
    await openCnn();
    await view.page.keyboard.press('ArrowDown');
    await view.page.keyboard.press('ArrowDown');
    const [first] = (await view.sent()).flatMap((message) => (message.type === 'select' ? [message.id!] : []));
    await view.post({ type: 'select', id: first! });
    await nextFrames(view.page);
    expect(await activeItem()).toContain(first);
  });

  it('takes colours from the theme and follows when it changes', async () => {
    await openCnn(0);
    const before = (await drawn(view.page, '.op.fp32'))[0]!.fill;
    await view.page.evaluate(() => {
      document.documentElement.style.setProperty('--vscode-editor-background', '#ffffff');
      document.body.className = 'vscode-light';
    });
    await nextFrames(view.page);
    expect(before).toBe('rgb(48,50,52)');
    expect((await drawn(view.page, '.op.fp32'))[0]!.fill).toBe('rgb(232,234,236)');
  });

  it('keeps view and selection when the tab is shown again', async () => {
    await openCnn();
    await view.page.keyboard.press('0');
    await view.post({ type: 'select', id: digitsDetails.id });
    await view.page.waitForFunction((id) => (window.persisted as { selected?: string } | undefined)?.selected === id, digitsDetails.id);
    const state = await view.page.evaluate(() => window.persisted);
    const place = (await drawn(view.page, '.op.selected'))[0]!.screen;
    await view.page.close();
    view = await pages.open({ state, height: 1800 });
    await view.show(graph, 3);
    await view.page.waitForSelector('.notice', { state: 'hidden' });
    await nextFrames(view.page);
    expect((await drawn(view.page, '.op.selected'))[0]!.screen).toEqual(place);
    expect((await lastSent('select'))!.id).toBe(digitsDetails.id);
  });
});

describe('keyboard', () => {
  it('goes on where the pointer clicked', async () => {
    await openCnn();
    await view.page.evaluate(() => (document.activeElement as HTMLElement).blur());
    const { screen } = (await drawn(view.page, '.op'))[5]!;
    await view.page.mouse.click(screen.x, screen.y);
    expect(await view.page.evaluate(() => document.activeElement?.className)).toBe('stage');
    const clicked = await activeItem();
    await view.page.keyboard.press('ArrowDown');
    expect(await activeItem()).not.toBe(clicked);
  });

  it('follows edges with the arrow keys and says where it is', async () => {
    await openCnn();
    await view.page.keyboard.press('ArrowDown');
    for (let step = 0; step < 6; step++) {
      const from = (await lastSent('select'))!.id;
      await view.page.keyboard.press('ArrowDown');
      const to = (await lastSent('select'))!.id;
      const index = (id: string | undefined) => graph.nodes.findIndex((node) => node.id === id);
      expect(graph.edges.some(({ source, target }) => source === index(from) && target === index(to))).toBe(true);
    }
    const { id } = (await lastSent('select'))!;
    expect(await activeItem()).toContain(id);
    await view.page.keyboard.press('Enter');
    expect(await view.page.evaluate(() => document.activeElement?.className)).toBe('details');
    await view.page.keyboard.press('Escape');
    expect(await view.page.evaluate(() => document.activeElement?.className)).toBe('stage');
    await view.page.keyboard.press('Escape');
    expect((await lastSent('select'))!.id).toBeUndefined();
  });

  it('steps through the phases, from the bar and from the graph', async () => {
    await openCnn();
    await view.page.keyboard.press('[');
    expect(await lastSent('showSnapshot')).toEqual({ type: 'showSnapshot', snapshot: 2 });
    await view.page.locator('.step[aria-checked="true"]').focus();
    await view.page.keyboard.press('ArrowLeft');
    expect(await lastSent('showSnapshot')).toEqual({ type: 'showSnapshot', snapshot: 1 });
    expect(await view.page.evaluate(() => document.activeElement?.textContent)).toContain('FP32 + INT8');
  });

  it('finds nodes by op and name', async () => {
    await openCnn();
    await view.page.keyboard.press('/');
    await view.page.keyboard.type('depthwise');
    expect(await view.page.getByRole('option').first().innerText()).toContain('DepthwiseConv2dNative');
    await view.page.keyboard.press('ArrowDown');
    await view.page.keyboard.press('ArrowUp');
    await view.page.keyboard.press('Enter');
    expect((await lastSent('select'))!.id).toBe('digits_cnn_1/depthwise_conv2d_1/depthwise');
    expect(await view.page.locator('.results').isVisible()).toBe(false);
    expect(await view.page.evaluate(() => document.activeElement?.className)).toBe('stage');
  });

  it('zooms and fits', async () => {
    await openCnn();
    const height = async () => {
      const screen = (await drawn(view.page, '.op')).map((element) => element.screen.y);
      return Math.max(...screen) - Math.min(...screen);
    };
    const fitted = await height();
    await view.page.keyboard.press('+');
    expect(await height()).toBeGreaterThan(fitted * 1.1);
    await view.page.keyboard.press('f');
    await nextFrames(view.page);
    expect(await height()).toBeCloseTo(fitted, 3);
  });
});

describe('phase bar', () => {
  const commands = { 'Run Next Phase': 'runNextPhase', 'Run All Phases': 'runAllPhases', 'Step Back': 'stepBack', Reset: 'reset', 'Save Converted Model': 'save', 'Open Config': 'openConfig' } as const;

  it('sends a command per button and disables what cannot run, with the reason', async () => {
    await view.show({ ...graph, snapshots: graph.snapshots.slice(0, 2) }, 1);
    await view.page.waitForSelector('.notice', { state: 'hidden' });
    for (const [title, command] of Object.entries(commands)) {
      await view.page.locator(`.actions button[title^="${title}"]`).click();
      expect(await lastSent('command')).toEqual({ type: 'command', command });
    }
    await view.showSnapshots(graph.snapshots.slice(0, 1), 0);
    await view.page.locator('.phaseBar .actions button[title="Step Back: no phase has run yet"]:disabled').waitFor();
    await view.showSnapshots(graph.snapshots, 3);
    await view.page.locator('.phaseBar .actions button[title="Run Next Phase: all phases have run"]:disabled').waitFor();
  });

  it('asks for the phases up to a step that has not run when it is clicked', async () => {
    await view.show({ ...graph, snapshots: graph.snapshots.slice(0, 1) }, 0);
    await view.page.waitForSelector('.notice', { state: 'hidden' });
    await view.page.locator('.step').nth(2).click();
    expect(await lastSent('showSnapshot')).toEqual({ type: 'showSnapshot', snapshot: 2 });
    expect(await view.page.locator('.step[aria-checked="true"]').innerText()).toContain('FP32');
  });

  it('shows progress with a way to cancel', async () => {
    await openCnn(1);
    await view.post({ type: 'running', running: { title: 'Quantize', message: 'calibrating, 40 of 200 samples', fraction: 0.2 } });
    await view.page.getByText('Quantize: calibrating, 40 of 200 samples').waitFor();
    expect(await view.page.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('20');
    expect(await view.page.locator('.phaseBar .actions').isVisible()).toBe(false);
    await view.page.getByRole('button', { name: 'Cancel' }).click();
    expect(await lastSent('command')).toEqual({ type: 'command', command: 'cancel' });
    await view.post({ type: 'running', running: undefined });
    await view.page.locator('.phaseBar .actions').waitFor();
  });
});

describe('a picture', () => {
  it('asked for while the graph is being arranged is sent when it is drawn', async () => {
    await view.show(graph, 3);
    await view.post({ type: 'export', format: 'json' });
    await expect.poll(() => lastSent('exported')).toBeDefined();
    expect(await lastSent('exportFailed')).toBeUndefined();
  });
});

describe('notices', () => {
  it('shows an error over the page, or above a graph that is there', async () => {
    await view.post({ type: 'error', message: 'model.pb: not a GraphDef' });
    await view.page.getByText('model.pb: not a GraphDef').first().waitFor();
    await openCnn();
    await view.post({ type: 'error', message: 'calibration.npz has no array "image"' });
    const strip = view.page.locator('.notice.strip');
    expect(await strip.innerText()).toContain('calibration.npz');
    expect((await strip.boundingBox())!.height).toBeLessThan(60);
    await strip.getByRole('button', { name: 'Close' }).click();
    expect(await strip.isVisible()).toBe(false);
  });

  it('says so when a model has no operations', async () => {
    await view.show({ ...graph, nodes: [], edges: [], snapshots: [{ ...graph.snapshots[0]!, precision: [], marks: [] }] }, 0);
    await view.page.getByText('This model has no operations.').waitFor();
  });

  it('renders hostile names as text', async () => {
    const hostile = '<img src=x onerror="document.title=1">/<script>1</script>\u202e';
    const nodes = graph.nodes.map((node, index) => (index === 1 ? { ...node, op: hostile, name: hostile, scope: [hostile] } : node));
    await view.show({ ...graph, model: { name: hostile, format: hostile }, nodes }, 3);
    await view.page.waitForSelector('.notice', { state: 'hidden' });
    await view.post({ type: 'select', id: nodes[1]!.id });
    const value = { name: hostile, dtype: hostile, shape: hostile, constant: hostile };
    const details = { ...digitsDetails, id: nodes[1]!.id, name: hostile, op: hostile, why: { text: hostile, configKey: hostile }, inputs: [value], outputs: [value], attributes: [{ name: hostile, value: hostile }] };
    await view.post({ type: 'details', details });
    await view.page.getByText('WHY BF16').waitFor();
    await view.post({ type: 'error', message: hostile });
    await view.page.locator('.notice.strip').waitFor();
    await view.page.locator('.stage').press('/');
    await view.page.keyboard.type('<img');
    expect(await view.page.getByRole('option').first().innerText()).toContain('<img src=x');
    expect(await view.page.locator('.details h2').innerText()).toContain('<script>');
    expect(await view.page.locator('img, body script:not([src], #l10n)').count()).toBe(0);
    expect(await view.page.title()).toBe('Graph');
  });
});
