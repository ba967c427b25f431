import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DetailsPanel } from '../../../webview/graph/details';
import type { Transitions } from '../../../webview/graph/transitions';
import type { GraphView, Histogram, NodeDetails } from '../../../webview/protocol';
import { changesInOrder } from '../support/changes';
import { digitsCnn } from '../support/digitsCnn';
import { digitsDetails } from '../support/digitsDetails';
import { PartPages } from '../support/partPages';
import { themes, type ThemeName } from '../support/themes';

declare global {
  interface Window {
    /** Name and arguments of every event. */
    events: unknown[][];
    panel: DetailsPanel;
    matrix: Transitions;
    showModel: (shown: number) => void;
    showGroup: (path: string, isExpanded: boolean) => void;
  }
}

const plain = changesInOrder(digitsCnn());
const graph: GraphView = { ...plain, edges: plain.edges.map((edge, index) => (index % 4 === 0 ? edge : { ...edge, elements: 16 * 64 })) };

/** A bell of weights, and readers behind a Cast. */
const weights: Histogram = {
  bins: Array.from({ length: 32 }, (_, bin) => Math.round(1000 * Math.exp(-(((bin - 13) / 6) ** 2)))),
  min: -0.5, max: 0.75, mean: 0.0125, standardDeviation: 0.2, zeros: 1 / 16, nan: 2, infinite: 0, count: 2304,
};
const described: NodeDetails = {
  ...digitsDetails,
  sourceName: 'conv2d_2/convolution',
  inputs: [{ ...digitsDetails.inputs[0]!, min: 0, max: 6.31 }, { ...digitsDetails.inputs[1]!, histogram: weights }],
  outputs: [
    {
      ...digitsDetails.outputs[0]!,
      min: -3.11,
      max: 4.72,
      readers: 62,
      consumers: [
        { name: 'add_1/Add', node: 'add_1/Add', input: 0, through: [{ id: 'cast_1', kind: 'cast', label: 'B→F' }] },
        { name: 'relu', node: 'relu', input: 0 },
      ],
    },
  ],
};

let pages: PartPages;
let page: Page;
let problems: readonly string[];
beforeAll(async () => {
  pages = await PartPages.start();
});
afterAll(() => pages.stop());
beforeEach(async () => {
  ({ page, problems } = await pages.open());
  await prepare(page);
});
afterEach(async () => {
  await page.close();
  expect(problems).toEqual([]);
});

/** The panel and the matrix, beside an empty graph. */
function prepare(on: Page): Promise<void> {
  return on.evaluate((view) => {
    const { parts } = window;
    const tables = parts.graphTables(view);
    const groups = parts.buildGroups(tables.nodes, tables.edges);
    const moment = (snapshot: number) => parts.momentAt(tables.snapshots, { snapshot, change: Infinity });
    window.events = [];
    const record = (name: string) => (...values: unknown[]) => void window.events.push([name, ...values.map((value) => (value instanceof Int32Array ? [...value] : value))]);
    window.matrix = parts.createTransitions({ highlight: record('highlight') });
    window.panel = parts.createDetails(
      { jump: record('jump'), openConfigKey: record('openConfigKey'), close: record('close'), copy: record('copy'), goTo: record('goTo'), toggleGroup: record('toggleGroup') },
      window.matrix.element,
    );
    const bar = document.createElement('header');
    bar.className = 'phaseBar';
    document.getElementById('app')!.append(bar, document.createElement('main'), window.panel.element);
    window.showModel = (shown) => {
      window.matrix.update(tables, moment(shown));
      window.panel.showModel(tables, shown);
    };
    window.showGroup = (path, isExpanded) => window.panel.showGroup(tables, groups, moment(3), groups.paths.indexOf(path), isExpanded);
  }, graph);
}

const lastEvent = () => page.evaluate(() => window.events.at(-1));
const details = () => page.locator('.details');

describe('model', () => {
  it('has a row per snapshot, and the bound', async () => {
    await page.evaluate(() => window.showModel(3));
    const text = await details().innerText();
    for (const title of ['digits_cnn.pb', 'FP32 + INT8', '+ BF16', 'Optimized']) expect(text).toContain(title);
    expect(text).toContain('8 Casts');
  });
});

describe('transitions', () => {
  const { precision } = graph.snapshots[2]!;
  const between = (from: string, to: string) => graph.edges.flatMap(({ source, target }, edge) => (precision[source] === from && precision[target] === to ? [edge] : []));

  it('lights up the edges of a cell and their ends, and nothing after a second click', async () => {
    await page.evaluate(() => window.showModel(2));
    const edges = between('fp32', 'bf16');
    await page.getByTitle(/^FP32 to BF16/).click();
    const [name, lit, nodes, label] = (await lastEvent()) as [string, number[], number[], string];
    expect([name, label]).toEqual(['highlight', 'FP32 to BF16']);
    expect(lit).toEqual(edges);
    expect(new Set(nodes)).toEqual(new Set(edges.flatMap((edge) => [graph.edges[edge]!.source, graph.edges[edge]!.target])));
    expect(await page.locator('.transitions [aria-pressed=true]').getAttribute('title')).toContain(`${edges.length} edges`);
    await page.locator('.transitions [aria-pressed=true]').click();
    expect(await lastEvent()).toEqual(['highlight', undefined, undefined, '']);
  });

  it('lights up the ops of a precision, and those of the next snapshot when it is shown', async () => {
    await page.evaluate(() => window.showModel(2));
    await page.getByTitle(/^BF16: /).click();
    const nodesIn = (shown: number) => graph.snapshots[shown]!.precision.flatMap((one, node) => (one === 'bf16' ? [node] : []));
    expect(await lastEvent()).toEqual(['highlight', undefined, nodesIn(2), 'BF16']);
    await page.evaluate(() => window.showModel(3));
    expect(await lastEvent()).toEqual(['highlight', undefined, nodesIn(3), '']);
    await page.evaluate(() => window.matrix.clear());
    expect(await page.locator('.transitions [aria-pressed=true]').count()).toBe(0);
  });

  it('is walked by arrow keys, with one cell in the tab order', async () => {
    await page.evaluate(() => window.showModel(2));
    await page.locator('.transitions tbody button').first().focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    expect(await page.evaluate(() => (document.activeElement as HTMLElement).title)).toMatch(/^BF16 to BF16/);
    expect(await page.locator('.transitions tbody button[tabindex="0"]').count()).toBe(1);
    await page.keyboard.press('Enter');
    expect((await lastEvent())?.[3]).toBe('BF16 to BF16');
    await page.evaluate(() => window.showModel(3));
    expect(await page.evaluate(() => (document.activeElement as HTMLElement).title)).toMatch(/^BF16 to BF16/);
  });

  it('counts bytes, and says which it cannot know', async () => {
    await page.evaluate(() => window.showModel(0));
    await page.getByRole('radio', { name: 'Bytes' }).click();
    const known = between0('fp32', 'fp32');
    const cell = page.getByTitle(/^FP32 to FP32/);
    expect(await cell.innerText()).toBe(`${Number(((known * 16 * 64 * 4) / 1000).toPrecision(3))} kB`);
    expect(await page.locator('.transitions p').innerText()).toMatch(/^\d+ edges of unknown size left out$/);
    await page.keyboard.press('ArrowLeft');
    expect(await page.getByRole('radio', { name: 'Casts' }).getAttribute('aria-checked')).toBe('true');
  });

  function between0(from: string, to: string): number {
    const opened = graph.snapshots[0]!.precision;
    return graph.edges.filter(({ source, target, elements }) => opened[source] === from && opened[target] === to && elements !== undefined).length;
  }
});

describe('group', () => {
  const path = 'digits_cnn_1/dense_1';
  const inside = (node: number): boolean => graph.nodes[node]!.name.startsWith(`${path}/`);
  const members = graph.nodes.flatMap((_, node) => (inside(node) ? [node] : []));

  it('says what it holds, and opens', async () => {
    await page.evaluate((path) => window.showGroup(path, false), path);
    const text = await details().innerText();
    expect(text).toContain(`${members.length} ops`);
    const standing = graph.snapshots[3]!.marks.filter(({ kind, state }) => kind === 'cast' && state === 'inserted');
    const ends = (wanted: number) => new Set(standing.filter(({ edge }) => Number(inside(graph.edges[edge]!.source)) + Number(inside(graph.edges[edge]!.target)) === wanted).flatMap(({ nodes }) => nodes)).size;
    expect(text).toContain(ends(2) + ends(1) === 0 ? 'None inside' : `${ends(2)} inside, ${ends(1)} at its border`);
    for (const node of members) expect(text).toContain(graph.nodes[node]!.op);
    await page.getByRole('button', { name: 'Expand' }).click();
    expect((await lastEvent())?.[0]).toBe('toggleGroup');
    await page.evaluate((path) => window.showGroup(path, true), path);
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Collapse');
  });
});

describe('node', () => {
  it('copies its name', async () => {
    await page.evaluate((shown) => window.panel.showNode(shown), digitsDetails);
    await page.getByRole('button', { name: 'Copy name' }).click();
    expect(await lastEvent()).toEqual(['copy', digitsDetails.name]);
  });

  it('leads to its changes in the story', async () => {
    await page.evaluate((shown) => window.panel.showNode(shown), digitsDetails);
    const { rule, snapshot, index } = digitsDetails.changes[1]!;
    await page.getByRole('button', { name: rule }).click();
    expect(await lastEvent()).toEqual(['goTo', { snapshot, change: index + 1 }]);
    // What the host then says of the node there leaves the focus where it is.
    await page.evaluate((shown) => window.panel.showNode(shown), { ...digitsDetails, precision: 'fp32' as const });
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(rule);
    await page.evaluate((shown) => window.panel.showNode(shown), { ...digitsDetails, changes: [] });
    expect(await page.evaluate(() => document.activeElement?.className)).toBe('details');
  });

  it('lists who reads its value, and leads there', async () => {
    await page.evaluate((shown) => window.panel.showNode(shown), described);
    await details().getByText('read 62 times').click();
    expect(await details().getByText('and 60 more').isVisible()).toBe(true);
    await page.getByRole('button', { name: 'Cast B→F' }).click();
    expect(await lastEvent()).toEqual(['jump', 'cast_1']);
    await page.getByTitle('Go to add_1/Add').click();
    expect(await lastEvent()).toEqual(['jump', 'add_1/Add']);
  });

  it('shows how its weights are distributed, in bars and in words', async () => {
    await page.evaluate((shown) => window.panel.showNode(shown), described);
    expect(await page.locator('.histogram').innerText()).toMatch(/-0.5\s+0.75\s+mean 0.0125 · std 0.2 · 6.3 % zeros · 2 NaN/);
    const path = (await page.locator('.histogram path').getAttribute('d'))!;
    const heights = [...path.matchAll(/h6v([\d.]+)/g)].map(([, height]) => Number(height));
    const most = Math.max(...weights.bins);
    expect(heights).toHaveLength(32);
    // Nothing that is there is too small to see.
    heights.forEach((height, bin) => expect(height).toBeCloseTo(weights.bins[bin] === 0 ? 0 : Math.max(1, (40 * weights.bins[bin]!) / most), 5));
  });

  it('says nothing of values none of which is finite but how many', async () => {
    const { inputs } = described;
    const broken: NodeDetails = { ...described, inputs: [{ ...inputs[1]!, histogram: { ...weights, bins: [], nan: 3, infinite: 1, count: 4 } }] };
    await page.evaluate((shown) => window.panel.showNode(shown), broken);
    expect(await details().innerText()).toContain('3 NaN · 1 infinite');
    expect(await page.locator('.histogram').count()).toBe(0);
  });
});

it.each(Object.keys(themes) as ThemeName[])('looks right in %s', async (theme) => {
  const opened = await pages.open({ theme, height: 1000 });
  await prepare(opened.page);
  const shoot = (what: string): Promise<unknown> => opened.page.locator('.details').screenshot({ path: `test-results/details-${what}-${theme}.png` });
  await opened.page.evaluate(() => window.showModel(2));
  await opened.page.getByTitle(/^FP32 to BF16/).click();
  await shoot('model');
  await opened.page.evaluate(() => window.showGroup('digits_cnn_1/dense_1', false));
  await shoot('group');
  await opened.page.evaluate((shown) => window.panel.showNode(shown), described);
  await shoot('node');
  expect(opened.problems).toEqual([]);
  await opened.page.close();
});
