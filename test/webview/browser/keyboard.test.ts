import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { KEY_MAP, keyLabel, SECTIONS } from '../../../webview/graph/keyMap';
import type { TreeTarget } from '../../../webview/graph/treeRows';
import { digitsCnn } from '../support/digitsCnn';
import { GraphPages, type Opened } from '../support/page';
import { transformer } from '../support/transformer';

let pages: GraphPages;
let view: Opened;

beforeAll(async () => {
  pages = await GraphPages.start('test/webview/support/keyboardParts.ts');
});
afterAll(() => pages.stop());
beforeEach(async () => {
  await view?.page.close();
  view = await pages.open();
  await view.show(digitsCnn(), 3);
  await view.page.waitForFunction(() => document.activeElement?.className === 'stage');
});

const dialog = () => view.page.getByRole('dialog', { name: 'Keyboard Shortcuts' });
const isInside = () => view.page.evaluate(() => document.querySelector('dialog')!.contains(document.activeElement));

describe('the sheet of keys', () => {
  it('lists every key, by section', async () => {
    await view.page.keyboard.press('?');
    expect(await dialog().getByRole('heading', { level: 3 }).allTextContents()).toEqual(Object.values(SECTIONS));
    const rows = await dialog().evaluate((sheet) => [...sheet.querySelectorAll('dt')].map((term) => [term.textContent, ...[...term.nextElementSibling!.querySelectorAll('kbd')].map((key) => key.textContent)]));
    const expected = Object.values(KEY_MAP).map(({ title, keys }) => [title, ...keys.map(keyLabel)]);
    expect(rows.sort()).toEqual(expected.sort());
    expect(view.problems).toEqual([]);
  });

  it('keeps the focus until Escape gives it back', async () => {
    await view.page.keyboard.press('?');
    for (const key of ['Tab', 'Tab', 'Shift+Tab', 'Tab']) {
      await view.page.keyboard.press(key);
      expect(await isInside()).toBe(true);
    }
    await view.page.keyboard.press('g');
    expect(await view.page.evaluate(() => window.asked)).toEqual([['highlight', null]]);
    await view.page.keyboard.press('Escape');
    expect(await dialog().isVisible()).toBe(false);
    expect(await view.page.evaluate(() => document.activeElement?.className)).toBe('stage');
    await view.page.keyboard.press('?');
    await view.page.keyboard.press('?');
    expect(await dialog().isVisible()).toBe(false);
  });

  it('fits a small window', async () => {
    await view.page.setViewportSize({ width: 400, height: 320 });
    await view.page.keyboard.press('?');
    const box = (await dialog().boundingBox())!;
    expect(box.x).toBeGreaterThanOrEqual(0);
    expect(box.x + box.width).toBeLessThanOrEqual(400);
    expect(box.y + box.height).toBeLessThanOrEqual(320);
    await view.page.keyboard.press('Tab');
    await view.page.keyboard.press('End');
    await view.page.waitForFunction(() => {
      const list = document.querySelector('dialog .sections')!;
      return list.scrollTop > 0 && list.scrollTop + list.clientHeight >= list.scrollHeight - 1;
    });
  });
});

describe('the tree', () => {
  const graph = transformer(12);
  const items = () => view.page.getByRole('treeitem');
  const active = () => view.page.getByRole('tree').evaluate((tree) => document.getElementById(tree.getAttribute('aria-activedescendant') ?? '')?.textContent);
  const setActive = (target: TreeTarget | undefined) => view.page.evaluate((one) => window.tree.setActive(one), target);
  const nodeNamed = (name: string) => graph.nodes.findIndex((node) => node.name === name);
  beforeEach(async () => {
    await view.show(graph, 1);
    await view.page.getByRole('treeitem', { name: /^Group head, 2 ops/ }).waitFor();
  });

  it('names an op by type, precision, name, its edges and what stands before it', async () => {
    await setActive({ node: nodeNamed('encoder/layer_3/attention/query/MatMul') });
    expect(await active()).toBe('MatMul, INT8, encoder/layer_3/attention/query/MatMul, 2 edges in, 1 edge out, Quantize and Dequantize before it');
    const cnn = digitsCnn();
    await view.show(cnn, 3);
    const cast = cnn.snapshots[3]!.marks.find(({ kind, state }) => kind === 'cast' && state === 'inserted')!;
    const { source, target } = cnn.edges[cast.edge]!;
    await setActive({ node: target });
    const before = `${cast.label.replace('→', ' to ')} Cast`;
    expect(await active()).toContain(`, ${before} before it`);
    await setActive({ boundary: cast.nodes[0]! });
    expect(await active()).toBe(`${before} from ${cnn.nodes[source]!.name} to ${cnn.nodes[target]!.name}`);
  });

  it('names a group by what it holds, and says whether it is expanded', async () => {
    await setActive({ node: nodeNamed('encoder/layer_3/residual_1') });
    const repeat = view.page.getByRole('treeitem', { name: /^Group .*layer_0 … .*layer_11, 12 times, 552 ops, 480 FP32, 72 INT8, 0 Casts$/ });
    expect(await repeat.getAttribute('aria-expanded')).toBe('true');
    const label = /^Group (.*), 12 times/.exec((await repeat.textContent())!)![1]!;
    await view.page.evaluate((one) => window.collapse([one]), label);
    expect(await repeat.getAttribute('aria-expanded')).toBe('false');
    expect(await repeat.getAttribute('aria-selected')).toBe('true');
    expect(await active()).toBe(await repeat.textContent());
  });

  it('holds only what is around the active item, and says where that is', async () => {
    for (const name of ['encoder/layer_0/norm_1/mean', 'encoder/layer_7/attention/softmax', 'output']) {
      await setActive({ node: nodeNamed(name) });
      expect(await active()).toContain(name);
      expect(await items().count()).toBeLessThan(80);
      const here = view.page.getByRole('treeitem', { selected: true });
      expect(await here.count()).toBe(1);
      expect(Number(await here.getAttribute('aria-posinset'))).toBeLessThanOrEqual(Number(await here.getAttribute('aria-setsize')));
    }
    await setActive(undefined);
    expect(await active()).toBeUndefined();
    expect(view.problems).toEqual([]);
  });

  it('keeps the focus on one tab stop and answers a screen reader that presses an item', async () => {
    const node = nodeNamed('encoder/layer_3/residual_1');
    await setActive({ node });
    expect(await view.page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('tree');
    expect(await view.page.locator('[role=treeitem][tabindex]').count()).toBe(0);
    await view.page.getByRole('treeitem', { selected: true }).dispatchEvent('click');
    expect(await view.page.evaluate(() => window.asked.at(-1))).toEqual(['press', { node }]);
  });

  it('is what the accessibility tree of the browser has, though nobody sees it', async () => {
    await setActive({ node: nodeNamed('head/softmax') });
    const snapshot = await view.page.getByRole('tree').ariaSnapshot();
    expect(snapshot).toContain('treeitem "Softmax, FP32, head/softmax, 1 edge in, 1 edge out, Quantize and Dequantize before it" [level=2] [selected]');
    expect(await view.page.getByRole('treeitem').first().evaluate((item) => item.parentElement!.getBoundingClientRect().width)).toBeLessThanOrEqual(1);
  });
});
