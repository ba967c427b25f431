import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { GraphView } from '../../../webview/protocol';
import { digitsCnn } from '../support/digitsCnn';
import { GraphPages, type Opened } from '../support/page';
import { transformer } from '../support/transformer';

let pages: GraphPages;
let view: Opened;
const graph = digitsCnn();

beforeAll(async () => {
  pages = await GraphPages.start('test/webview/support/keyboardParts.ts');
});
afterAll(() => pages.stop());
beforeEach(async () => {
  await view?.page.close();
  view = await pages.open();
  await open(graph, 3);
});

async function open(shown: GraphView, snapshot: number): Promise<void> {
  await view.show(shown, snapshot);
  await view.page.waitForFunction(() => document.activeElement?.className === 'stage');
}
const press = (...keys: string[]) => keys.reduce((before, key) => before.then(() => view.page.keyboard.press(key)), Promise.resolve());
const type = async (text: string): Promise<void> => {
  await press('/');
  await view.page.keyboard.type(text);
};
const options = () => view.page.getByRole('option');
const selected = () => view.page.getByRole('option', { selected: true });
const panel = () => view.page.locator('.results');
const count = () => panel().locator('.count').textContent();
const position = () => view.page.locator('.position').textContent();
const asked = (what: string) => view.page.evaluate((name) => window.asked.filter((one) => (one as unknown[])[0] === name).map((one) => (one as unknown[])[1]), what);
const last = async (what: string) => (await asked(what)).at(-1);
const focused = () => view.page.evaluate(() => document.activeElement?.className || document.activeElement?.tagName);
const nodesOf = (op: string): number[] => graph.nodes.flatMap((node, index) => (node.op === op ? [index] : []));

describe('the list', () => {
  it('shows precision, op and name, and goes where Enter says', async () => {
    await type('op:conv2d');
    const nodes = nodesOf('Conv2D');
    expect(await options().count()).toBe(nodes.length);
    for (const [row, node] of nodes.entries()) {
      const [letter, precision] = { fp32: ['F', 'FP32'], bf16: ['B', 'BF16'], int8: ['8', 'INT8'], other: ['·', 'Other'] }[graph.snapshots[3]!.precision[node]!];
      const { name } = graph.nodes[node]!;
      expect(await options().nth(row).textContent()).toBe(`${letter}Conv2D${name}`);
      await view.page.getByRole('option', { name: `Conv2D, ${precision}, ${name}`, exact: true }).waitFor();
    }
    expect(await count()).toBe(`${nodes.length} results`);
    expect(await last('highlight')).toEqual({ nodes, edges: [] });
    await press('ArrowDown', 'ArrowDown', 'ArrowUp');
    expect(await selected().textContent()).toContain(graph.nodes[nodes[1]!]!.name);
    const input = view.page.getByRole('combobox');
    expect(await input.getAttribute('aria-activedescendant')).toBe(await selected().getAttribute('id'));
    await press('Enter');
    expect(await last('go')).toEqual({ node: nodes[1] });
    expect(await panel().isVisible()).toBe(false);
    expect(await input.getAttribute('aria-expanded')).toBe('false');
    expect(await focused()).toBe('stage');
    expect(view.problems).toEqual([]);
  });

  it('goes to what is clicked', async () => {
    await type('op:relu');
    await options().nth(2).click();
    expect(await last('go')).toEqual({ node: nodesOf('Relu')[2] });
    expect(await focused()).toBe('stage');
  });

  it('has the Casts that stand, with both ends, and leads to them', async () => {
    await type('casts');
    const standing = new Map(graph.snapshots[3]!.marks.filter(({ kind, state }) => kind === 'cast' && state === 'inserted').map((mark) => [mark.nodes[0]!, mark]));
    expect(await options().count()).toBe(standing.size);
    const [id, first] = [...standing][0]!;
    const { source, target } = graph.edges[first.edge]!;
    const [from, to] = [source, target].map((node) => graph.nodes[node]!.name);
    expect(await options().first().textContent()).toBe(`${first.label}from${from}to${to}`);
    expect(await options().first().getAttribute('aria-label')).toBe(`${first.label.replace('→', ' to ')} Cast from ${from} to ${to}`);
    expect(await last('highlight')).toEqual({ nodes: [], edges: [...standing.values()].map(({ edge }) => edge) });
    await press('Enter');
    expect(await last('go')).toEqual({ boundary: id });
  });

  it('says what is wrong with a regular expression, and that nothing was found', async () => {
    await type('/conv(/');
    expect(await count()).toBe('/conv(/ is no regular expression: Unterminated group.');
    expect(await view.page.getByRole('combobox').getAttribute('aria-invalid')).not.toBeNull();
    expect(await options().count()).toBe(0);
    await press('Control+a');
    await view.page.keyboard.type('nowhere');
    expect(await count()).toBe('Nothing found');
    expect(await view.page.getByRole('combobox').getAttribute('aria-invalid')).toBeNull();
    await press('Enter');
    expect(await asked('go')).toEqual([]);
    expect(view.problems).toEqual([]);
  });

  it('tells what can be typed before anything is', async () => {
    await press('/');
    for (const word of ['op:', 'scope:', '/regex/', 'bf16', 'casts', 'changed']) expect(await panel().locator('.syntax').textContent()).toContain(word);
    expect(await options().count()).toBe(0);
  });

  it('holds fifty of many, and the next fifty where the arrow keys leave them', async () => {
    const big = transformer(60);
    const total = big.nodes.filter(({ op }) => op === 'MatMul').length;
    await open(big, 1);
    await type('op:matmul');
    expect(await options().count()).toBe(50);
    expect(await count()).toBe(`50 of ${total.toLocaleString('en')}`);
    for (let k = 0; k < 50; k++) await press('ArrowDown');
    expect(await count()).toBe(`51 to 100 of ${total.toLocaleString('en')}`);
    expect(await selected().getAttribute('aria-posinset')).toBe('51');
    expect(await selected().getAttribute('aria-setsize')).toBe(String(total));
  });

  it('never reads names of a model as HTML', async () => {
    await open({ ...graph, nodes: graph.nodes.map((node, index) => (index === 0 ? { ...node, name: '<img src=x onerror=alert(1)>/<b>x</b>' } : node)) }, 3);
    await type('onerror');
    expect(await options().first().textContent()).toContain('<img src=x onerror=alert(1)>/<b>x</b>');
    expect(await panel().locator('img').count()).toBe(0);
  });
});

describe('next and previous', () => {
  it('go round through the results and say where they are', async () => {
    const nodes = nodesOf('Relu');
    await type('op:relu');
    await press('Enter');
    expect(await position()).toBe(`1 of ${nodes.length}`);
    await press('n', 'F3');
    expect(await position()).toBe(`3 of ${nodes.length}`);
    await press('N', 'Shift+F3', 'N');
    expect(await position()).toBe(`${nodes.length} of ${nodes.length}`);
    expect((await asked('go')).slice(-5)).toEqual([1, 2, 1, 0, nodes.length - 1].map((index) => ({ node: nodes[index] })));
    await view.page.getByRole('button', { name: 'Next result (N)' }).click();
    expect(await position()).toBe(`1 of ${nodes.length}`);
  });

  it('open the box where nothing was searched', async () => {
    await press('n');
    expect(await focused()).toBe('INPUT');
    expect(await panel().isVisible()).toBe(true);
  });

  it('keep the place when the graph changes under them', async () => {
    await open(graph, 0);
    await type('fp32');
    const before = graph.nodes.flatMap((_, index) => (graph.snapshots[0]!.precision[index] === 'fp32' ? [index] : []));
    const after = before.filter((index) => graph.snapshots[3]!.precision[index] === 'fp32');
    const steps = before.indexOf(after[2]!);
    for (let k = 0; k < steps; k++) await press('ArrowDown');
    await press('Enter');
    expect(await last('go')).toEqual({ node: after[2] });
    await view.showSnapshots(graph.snapshots, 3);
    await view.page.waitForFunction((text) => document.querySelector('.position')?.textContent === text, `3 of ${after.length}`);
    expect(await last('highlight')).toEqual({ nodes: after, edges: [] });
    await press('n');
    expect(await last('go')).toEqual({ node: after[3] });
  });
});

describe('Escape', () => {
  it('closes the box, takes the highlight back and keeps what was typed', async () => {
    await type('relu');
    await press('Escape');
    expect(await panel().isVisible()).toBe(false);
    expect(await last('highlight')).toBeNull();
    expect(await focused()).toBe('stage');
    expect(await asked('closed')).toHaveLength(1);
    await press('/');
    expect(await view.page.getByRole('combobox').inputValue()).toBe('relu');
    expect(await options().count()).toBeGreaterThan(0);
  });

  it('on the graph takes the highlight back, once', async () => {
    await type('op:relu');
    await press('Enter', 'Escape', 'Escape');
    expect(await asked('escape')).toEqual([true, false]);
    expect(await last('highlight')).toBeNull();
    expect(await position()).toBe('');
  });
});
