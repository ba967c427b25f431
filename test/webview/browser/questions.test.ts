import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { answerDetails, convertSample, type ConvertedSample } from '../support/engineHost';
import { GraphPages, type Opened } from '../support/page';

// What users ask of a converted model, answered with the keyboard and what screen readers are told. No test here points or clicks.

let pages: GraphPages;
let sample: ConvertedSample;
let view: Opened;

beforeAll(async () => {
  pages = await GraphPages.start();
  sample = await convertSample('digits_cnn.pb', { use_bf16: true, bf16_ops: ['MatMul', 'BiasAdd', 'Conv2D'], op_type_dict: { Conv2D: 'bf16' } }, 'digits_calibration.npz');
});
afterAll(async () => {
  await pages.stop();
  await sample.close();
});
beforeEach(async () => {
  view = await pages.open();
  await view.post({ type: 'graph', graph: sample.tables, shown: 3 });
  await view.page.waitForSelector('.notice', { state: 'hidden' });
  await view.page.keyboard.press('Tab');
  while (!(await isFocused('tree'))) await view.page.keyboard.press('Tab');
});
afterEach(async () => {
  expect(view.problems).toEqual([]);
  await view.page.close();
});

const isFocused = (role: string): Promise<boolean> => view.page.evaluate((wanted) => document.activeElement?.getAttribute('role') === wanted, role);
/** What the tree says one is at. */
const here = (): Promise<string> =>
  view.page.evaluate(() => document.getElementById(document.querySelector('[role=tree]')!.getAttribute('aria-activedescendant') ?? '')?.textContent ?? '');
const options = (): Promise<string[]> => view.page.getByRole('listbox', { name: 'Results' }).getByRole('option').evaluateAll((list) => list.map((option) => option.getAttribute('aria-label') ?? option.textContent));
/** Opens the details of what is selected and reads them. */
async function readDetails(): Promise<string> {
  await answerDetails(view, sample);
  await view.page.keyboard.press('Enter');
  const panel = view.page.getByRole('region', { name: 'Details' });
  await expect.poll(() => panel.evaluate((element) => element === document.activeElement)).toBe(true);
  const text = await panel.innerText();
  await view.page.keyboard.press('Escape');
  expect(await isFocused('tree')).toBe(true);
  return text;
}
async function search(query: string): Promise<void> {
  await view.page.keyboard.press('/');
  await view.page.keyboard.type(query);
}

describe('with the keyboard alone one learns', () => {
  it('which ops are FP32, and why each is', async () => {
    const { precision } = sample.tables.snapshots[3]!;
    const fp32 = precision.filter((code) => code === 0).length;
    expect(fp32).toBeGreaterThan(1);
    await search('fp32');
    expect((await options()).length).toBe(Math.min(50, fp32));
    for (const option of await options()) expect(option).toContain('FP32');
    await view.page.keyboard.press('Enter');
    const reasons = new Set<string>();
    for (let result = 0; result < Math.min(fp32, 12); result++) {
      await expect.poll(here).toContain('FP32');
      const details = await readDetails();
      expect(details).toContain('WHY FP32');
      reasons.add(/WHY FP32\s+(.+)/.exec(details)![1]!);
      await view.page.keyboard.press('n');
    }
    for (const reason of reasons) expect(reason.length).toBeGreaterThan(15);
  });

  it('which Casts remain, and which ops force each', async () => {
    const { casts } = sample.tables.snapshots[3]!;
    expect(casts).toBeGreaterThan(1);
    const seen = new Set<string>();
    for (let cast = 0; cast < casts; cast++) {
      await view.page.keyboard.press('c');
      await expect.poll(here).toContain('Cast');
      const item = await here();
      seen.add(item);
      const details = await readDetails();
      expect(details).toContain('WHY THIS CAST');
      expect(details).toMatch(/is to be BF16|BF16/);
    }
    expect(seen.size).toBe(casts);
    await view.page.keyboard.press('c');
    await expect.poll(here).toBe([...seen][0]!);
  });

  it('what phase 3 did to a Cast: the change that folded it, and the graph before and after', async () => {
    const { marks } = sample.tables.snapshots[3]!;
    expect(marks.folded.some((folded, mark) => folded === 1 && marks.kind[mark] === 0)).toBe(true);
    await search('folded');
    const [folded] = await options();
    expect(folded).toContain('folded');
    await view.page.keyboard.press('Enter');
    await expect.poll(here).toContain('folded');
    const details = await readDetails();
    expect(details).toContain('WHY IT IS GONE');
    expect(details).toContain('Optimize');
    await view.page.keyboard.press('j');
    const timeline = view.page.getByRole('slider', { name: 'Changes' });
    const after = await timeline.getAttribute('aria-valuetext');
    expect(after).toMatch(/^change \d+ of \d+/);
    await view.page.keyboard.press(',');
    expect(await timeline.getAttribute('aria-valuetext')).not.toBe(after);
    await view.page.keyboard.press('.');
    expect(await timeline.getAttribute('aria-valuetext')).toBe(after);
  });
});
