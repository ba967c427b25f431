import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { GraphView } from '../../../webview/protocol';
import { drawn, nextFrames } from '../support/cytoscape';
import { digitsCnn } from '../support/digitsCnn';
import { digitsCast, digitsDetails } from '../support/digitsDetails';
import { GraphPages, type Opened } from '../support/page';
import { expandedState } from '../support/states';

let pages: GraphPages;
let view: Opened;
const graph = digitsCnn();
const { from, to } = digitsCast.cast!.forcedBy!;

beforeAll(async () => {
  pages = await GraphPages.start();
});
afterAll(() => pages.stop());
beforeEach(async () => {
  view = await pages.open();
});
afterEach(async () => {
  await view.page.close();
  expect(view.problems).toEqual([]);
});

async function open(shownGraph: GraphView = graph): Promise<void> {
  await view.show(shownGraph, 3);
  await view.page.waitForSelector('.notice', { state: 'hidden' });
  await nextFrames(view.page);
}

const selections = async (): Promise<(string | undefined)[]> => (await view.sent()).flatMap((message) => (message.type === 'select' ? [message.id] : []));
const lit = async (): Promise<(string | undefined)[]> => (await drawn(view.page, '.mark.selected')).map(({ label }) => label);
const marksOf = (cast: string): GraphView['snapshots'][number]['marks'] => graph.snapshots[3]!.marks.filter(({ nodes }) => nodes.includes(cast));
const details = () => view.page.locator('.details');

describe('the lower bound', () => {
  it('stands beside the Cast count of its phase alone, and says what it means', async () => {
    await open();
    const casts = view.page.locator('.step .casts');
    expect(await casts.allInnerTexts()).toEqual(['0 Casts', '5 Casts', '10 Casts · 8 needed']);
    const sentence = 'No choice of BF16 or FP32 for the free ops needs fewer than 8 Casts. The 2 others came from a placement other than min_cut';
    expect(await view.page.locator('.step').last().getAttribute('title')).toContain(sentence);
    expect(await details().innerText()).toContain(sentence);
    await view.showSnapshots([...graph.snapshots.slice(0, 3), { ...graph.snapshots[3]!, lowerBound: 10 }], 3);
    await view.page.getByText('10 Casts · all needed').waitFor();
    await view.showSnapshots(graph.snapshots.slice(0, 3), 2);
    await view.page.waitForFunction(() => !document.body.innerText.includes('needed'));
    expect(await details().innerText()).not.toContain('No choice');
  });

  it('leaves room for the buttons at every width, large numbers as well', async () => {
    const large = graph.snapshots.map((snapshot, index) => (index < 2 ? snapshot : { ...snapshot, casts: 1250, ...(index === 3 ? { lowerBound: 1003 } : {}) }));
    await open({ ...graph, snapshots: large });
    for (const width of [1400, 1241, 1240, 1190, 1090, 861, 860, 560]) {
      await view.page.setViewportSize({ width, height: 600 });
      const [step, next, bar] = await Promise.all(['.step >> nth=-1', '.phaseBar .actions', '.phaseBar'].map(async (part) => (await view.page.locator(part).boundingBox())!));
      expect(step!.x + step!.width <= next!.x || step!.y + step!.height <= next!.y, `${width} pixels`).toBe(true);
      expect(step!.x + step!.width).toBeLessThanOrEqual(bar!.x + bar!.width);
    }
  });
});

describe('why a Cast is there', () => {
  it('is said with links to the two ops that force it', async () => {
    await open();
    await view.post({ type: 'select', id: digitsCast.id });
    await view.post({ type: 'details', details: digitsCast });
    const why = details().locator('.why');
    await why.waitFor();
    expect((await why.innerText()).replace(/\s+/g, ' ')).toBe(`F ${from.name} ${from.text} B ${to.name} ${to.text} Somewhere between them the value must be cast, and here one Cast serves 3 readers.`);
    expect(await details().innerText()).toContain('FP32 to BF16');
    await why.getByRole('button', { name: 'bf16_ops' }).click();
    expect((await view.sent()).at(-1)).toEqual({ type: 'openConfigKey', key: 'bf16_ops' });
    await why.getByRole('button', { name: to.name }).click();
    expect(await selections()).toEqual([to.node]);
    await view.post({ type: 'select', id: digitsCast.id });
    await view.post({ type: 'details', details: digitsCast });
    await why.getByRole('button', { name: from.name }).click();
    expect(await selections()).toEqual([to.node, from.node]);
  });

  it('without a proof is one sentence', async () => {
    await open();
    await view.post({ type: 'select', id: digitsCast.id });
    const text = 'The BF16 phase put this Cast from FP32 to BF16 here (convert-to-bf16): Listed in bf16_ops (Conv2D).';
    await view.post({ type: 'details', details: { ...digitsCast, why: { text }, cast: { label: 'F→B', types: 'FP32 to BF16' } } });
    expect(await details().locator('.why').innerText()).toBe(text);
    expect(await details().locator('.ends').count()).toBe(0);
  });

  it('of a folded Cast is why it is gone', async () => {
    await open();
    await view.post({ type: 'select', id: digitsCast.id });
    await view.post({ type: 'details', details: { ...digitsCast, precision: undefined, why: { text: 'The value is BF16 already.' }, cast: { label: 'F→B', types: 'FP32 to BF16' } } });
    await details().getByText('WHY IT IS GONE').waitFor();
    expect(await details().innerText()).toContain('Not in the graph any more');
  });
});

describe('a selected Cast', () => {
  it('is reached by keyboard from the op that reads it, and leads on to both ends of its edge', async () => {
    await open();
    await view.post({ type: 'select', id: digitsDetails.id });
    await view.post({ type: 'details', details: digitsDetails });
    const pill = details().getByRole('button', { name: 'Cast F→B' });
    await pill.focus();
    await view.page.keyboard.press('Enter');
    expect(await selections()).toEqual([digitsCast.id]);
    await expect.poll(lit).toEqual(marksOf(digitsCast.id).map(({ label }) => label));
    expect(await view.page.evaluate(() => document.activeElement?.className)).toBe('stage');
    const item = await view.page.evaluate(() => document.getElementById(document.querySelector('.stage')!.getAttribute('aria-activedescendant')!)!.textContent);
    expect(item).toContain('F to B Cast');
    await view.page.keyboard.press('ArrowUp');
    expect((await selections()).at(-1)).toBe(from.node);
    await view.post({ type: 'select', id: digitsCast.id });
    await view.page.keyboard.press('ArrowDown');
    expect((await selections()).at(-1)).toBe(to.node);
  });

  it('is lit on every edge it serves', async () => {
    const standing = graph.snapshots[3]!.marks.filter(({ kind, state }) => kind === 'cast' && state === 'inserted').slice(0, 3);
    const marks = graph.snapshots[3]!.marks.map((mark) => (standing.includes(mark) ? { ...mark, nodes: ['shared'] } : mark));
    await open({ ...graph, snapshots: [...graph.snapshots.slice(0, 3), { ...graph.snapshots[3]!, marks }] });
    await view.page.locator('.stage').press('f');
    await nextFrames(view.page);
    await view.post({ type: 'select', id: 'shared' });
    await nextFrames(view.page);
    const lights = await drawn(view.page, '.mark.selected');
    // Marks alike on one line are drawn as one.
    expect(new Set(lights.map(({ label }) => label))).toEqual(new Set(standing.map(({ label }) => label)));
    await view.page.mouse.click(lights[1]!.screen.x, lights[1]!.screen.y);
    expect(await selections()).toEqual(['shared']);
  });

  it('comes into view when the host selects it, and the model when it is gone', async () => {
    await open();
    expect(await lit()).toEqual([]);
    await view.post({ type: 'select', id: 'digits_cnn_1/probs_1/BiasAdd/cast' });
    await nextFrames(view.page);
    const [mark] = await drawn(view.page, '.mark.selected');
    expect(mark!.label).toBe(marksOf('digits_cnn_1/probs_1/BiasAdd/cast')[0]!.label);
    expect(mark!.screen.y).toBeGreaterThan(48);
    expect(mark!.screen.y).toBeLessThan(800);
    await view.post({ type: 'details', details: { ...digitsCast, id: 'digits_cnn_1/probs_1/BiasAdd/cast' } });
    await view.page.getByRole('heading', { name: 'Cast', exact: true }).waitFor();
    await view.post({ type: 'select' });
    await view.page.getByRole('heading', { name: 'digits_cnn.pb' }).waitFor();
    await expect.poll(lit).toEqual([]);
    expect(await selections()).toEqual([]);
  });

  it('stays selected when the tab is shown again', async () => {
    const state = expandedState(graph, 3);
    await view.page.close();
    view = await pages.open({ state: { ...state, selected: digitsCast.id } });
    await open();
    expect(await selections()).toEqual([digitsCast.id]);
    await view.page.close();
    view = await pages.open({ state: { ...state, selected: 'gone/cast' } });
    await open();
    expect(await selections()).toEqual([]);
  });

  it('renders hostile names as text', async () => {
    await open();
    const hostile = '<img src=x onerror="document.title=1">';
    const end = { ...from, name: hostile, text: hostile, configKey: hostile };
    await view.post({ type: 'select', id: digitsCast.id });
    await view.post({ type: 'details', details: { ...digitsCast, cast: { label: hostile, types: hostile, forcedBy: { from: end, to: end, conclusion: hostile } }, inputs: [{ ...digitsCast.inputs[0]!, through: [{ id: hostile, kind: 'cast', label: hostile }] }] } });
    await details().getByText('WHY THIS CAST').waitFor();
    expect(await view.page.locator('img').count()).toBe(0);
  });
});
