import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { drawn } from '../support/cytoscape';
import { digitsCnn } from '../support/digitsCnn';
import { GraphPages, type Opened } from '../support/page';
import { expandedState } from '../support/states';

let pages: GraphPages;
let view: Opened;
const graph = digitsCnn();
const convolutions = Int32Array.from([...graph.nodes.keys()].filter((node) => graph.nodes[node]!.op === 'Conv2D'));

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

/** Opens the digits CNN whole on the screen. */
async function open(): Promise<void> {
  await view.show(graph, 3);
  await view.page.waitForSelector('.notice', { state: 'hidden' });
  await fit();
}

/** All of the graph, as only what is in sight is drawn. */
async function fit(): Promise<void> {
  await view.page.locator('.stage').focus();
  await view.page.keyboard.press('f');
}

const light = (nodes: Int32Array | undefined, label = 'as asked') => view.post({ type: 'highlight', nodes, label });
/** Indices of the ops that are not dimmed; all where nothing is lit up. */
const lit = async () => (await drawn(view.page, '.op')).filter(({ classes }) => !classes.includes('dimmed')).map(({ id }) => Number(id.slice('node '.length))).sort((a, b) => a - b);
const announced = () => view.page.locator('[aria-live]').first().textContent();
const search = async (text: string) => {
  await view.page.keyboard.press('/');
  await view.page.keyboard.type(text);
  await view.page.keyboard.press('Enter');
  await fit();
};
const everything = [...graph.nodes.keys()];

describe('ops the host points at', () => {
  it('are lit up and said, without moving the view, until that ends', async () => {
    await open();
    await expect.poll(lit).toEqual(everything); // What comes into sight is drawn a frame later.
    const before = await drawn(view.page, '.op');
    await light(convolutions, '3 ops match conv.*');
    await expect.poll(lit).toEqual([...convolutions]);
    await expect.poll(announced).toBe('3 ops match conv.*');
    expect((await drawn(view.page, '.op')).map(({ screen }) => screen)).toEqual(before.map(({ screen }) => screen));
    await light(undefined);
    await expect.poll(lit).toEqual(everything);
  });

  it('that are none leave all others dimmed', async () => {
    await open();
    await light(new Int32Array());
    await expect.poll(lit).toEqual([]);
  });

  it('are lit up once the graph that follows is drawn', async () => {
    await view.show(graph, 3);
    await light(convolutions);
    await view.page.waitForSelector('.notice', { state: 'hidden' });
    await fit();
    await expect.poll(lit).toEqual([...convolutions]);
  });

  it('take the place of what was searched, and a search theirs', async () => {
    await open();
    await search('op:relu');
    await expect.poll(async () => (await lit()).length).toBeLessThan(everything.length);
    const found = await lit();
    await light(convolutions);
    await expect.poll(lit).toEqual([...convolutions]);
    await search('op:relu');
    await expect.poll(lit).toEqual(found);
    await light(undefined);
    await light(undefined);
    await expect.poll(lit).toEqual(found);
  });

  it('take the place of a precision that was chosen, and give it back to nobody', async () => {
    await open();
    await view.page.getByRole('group', { name: 'Ops by precision' }).getByRole('button').first().click();
    await fit();
    await expect.poll(async () => (await lit()).length).toBeLessThan(everything.length);
    await light(convolutions);
    await expect.poll(lit).toEqual([...convolutions]);
    expect(await view.page.locator('.transitions [aria-pressed="true"]').count()).toBe(0);
    await light(undefined);
    await expect.poll(lit).toEqual(everything);
  });
});
