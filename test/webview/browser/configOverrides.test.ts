import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ConfigPages, type OpenedConfig } from '../support/configPages';
import { digits, filled } from '../support/panelViews';
import { expectSent } from '../support/sent';

let pages: ConfigPages;
let panel: OpenedConfig;

beforeAll(async () => {
  pages = await ConfigPages.start();
});
afterAll(() => pages.stop());
beforeEach(async () => {
  panel = await pages.open();
  await panel.show(filled);
  await field().waitFor();
  panel.received();
});
afterEach(async () => {
  expect(panel.problems).toEqual([]);
  await panel.page.close();
});

const choice = (label: string, value: string) => panel.page.getByRole('radiogroup', { name: label, exact: true }).locator(`input[value="${value}"]`);
const field = () => panel.page.getByRole('textbox', { name: 'Pattern of op names' });
const answer = () => panel.page.getByRole('group', { name: 'New override' }).getByRole('status');

describe('the selected op', () => {
  it('is overridden by its exact name', async () => {
    await panel.show(digits);
    await choice('block.1/conv', 'bf16').click();
    await expectSent(panel, [{ type: 'setOverride', pattern: 'block\\.1/conv', choice: 'bf16' }]);
    await panel.show({ ...digits, selection: { ...digits.selection!, choice: 'bf16' } });
    await choice('block.1/conv', 'auto').click();
    await expectSent(panel, [{ type: 'setOverride', pattern: 'block\\.1/conv', choice: undefined }]);
    await panel.show({ ...digits, selection: undefined });
    await panel.page.getByText('Click an op in the graph to choose its precision.').waitFor();
  });
});

describe('overrides', () => {
  it('are listed in the order in which they win', async () => {
    const rows = panel.page.locator('.overrides').getByRole('listitem');
    expect(await rows.getByRole('button', { name: /^[a-z.0-9/*]+$/ }).allTextContents()).toEqual(['head/.*', 'block.1/conv', 'tail/.*']);
    expect(await rows.locator('.turn').allTextContents()).toEqual(['1.', '2.', '3.']);
    await rows.nth(1).getByText('INT8 or BF16').waitFor();
    await rows.nth(2).getByText('matches no op').waitFor();
  });

  it('change in place, move to the end with all they accept, and go', async () => {
    await choice('head/.*', 'int8').click();
    await panel.page.getByRole('button', { name: 'Move block.1/conv to the end, where it wins over the others' }).click();
    await panel.page.getByRole('button', { name: 'Remove the override head/.*' }).click();
    const path = ['op_name_dict', 'block.1/conv'];
    await expectSent(panel, [
      { type: 'applyEdits', edits: [{ path: ['op_name_dict', 'head/.*'], value: 'int8' }] },
      { type: 'applyEdits', edits: [{ path, value: undefined }, { path, value: ['int8', 'bf16'] }] },
      { type: 'setOverride', pattern: 'head/.*', choice: undefined },
    ]);
    expect(await panel.page.getByRole('button', { name: /^Move tail/ }).count()).toBe(0);
  });

  it('hand the focus on when they go', async () => {
    const focused = () => panel.page.evaluate(() => document.activeElement?.id);
    await panel.page.getByRole('button', { name: 'Remove the override block.1/conv' }).focus();
    await panel.show({ ...filled, overrides: filled.overrides.filter(({ pattern }) => pattern !== 'block.1/conv') });
    await expect.poll(focused).toMatch(/tail/);
    await panel.show({ ...filled, overrides: [] });
    // The field inside the toolkit's element that follows.
    await expect.poll(() => field().evaluate((input) => (input.getRootNode() as ShadowRoot).activeElement === input)).toBe(true);
  });

  it('show their ops in the graph', async () => {
    await panel.page.getByRole('button', { name: 'head/.*', exact: true }).press('Enter');
    await expectSent(panel, [{ type: 'highlight', query: { pattern: 'head/.*' } }]);
  });
});

describe('a new override', () => {
  it('says what its pattern matches once nothing is typed for a moment', async () => {
    await field().pressSequentially('enc.*', { delay: 10 });
    await expectSent(panel, [{ type: 'matchPattern', pattern: 'enc.*' }]);
    await panel.post({ type: 'matches', pattern: 'enc.', count: 99, names: ['old'] });
    await panel.post({ type: 'matches', pattern: 'enc.*', count: 12, names: ['encoder/a', 'encoder/b'] });
    await expect.poll(() => answer().textContent()).toBe('Matches 12 ops: encoder/a, encoder/b, …');
    await panel.post({ type: 'matches', pattern: 'enc.*', count: 0, names: [] });
    await expect.poll(() => answer().textContent()).toBe('Matches no op.');
    await field().fill('');
    await expectSent(panel, [{ type: 'matchPattern' }]);
    expect(await answer().textContent()).toBe('');
  });

  it('asks no more when the focus leaves, but when it moves to the precision', async () => {
    await field().fill('head');
    await expectSent(panel, [{ type: 'matchPattern', pattern: 'head' }]);
    await choice('Precision of the new override', 'fp32').focus();
    await panel.page.keyboard.press('ArrowLeft');
    await panel.page.getByRole('switch', { name: 'Use BF16' }).focus();
    await expectSent(panel, [{ type: 'matchPattern' }]);
  });

  it('is added with the precision chosen beside it', async () => {
    await field().fill(' tail/.* ');
    await panel.page.keyboard.press('Enter');
    await expectSent(panel, [{ type: 'setOverride', pattern: 'tail/.*', choice: 'fp32' }]);
    await choice('Precision of the new override', 'int8').click();
    await field().fill('head/x');
    await expectSent(panel, [{ type: 'matchPattern', pattern: 'head/x' }]);
    await panel.page.getByRole('button', { name: 'Add', exact: true }).click();
    await expectSent(panel, [{ type: 'setOverride', pattern: 'head/x', choice: 'int8' }, { type: 'matchPattern' }]);
    await expect.poll(() => field().inputValue()).toBe('');
  });

  it('is not added while its pattern is none', async () => {
    await field().fill('head(');
    await expectSent(panel, [{ type: 'matchPattern', pattern: 'head(' }]);
    await panel.post({ type: 'matches', pattern: 'head(', count: 0, names: [], problem: '"head(" is no regular expression' });
    await expect.poll(() => answer().textContent()).toBe('"head(" is no regular expression');
    expect(await field().getAttribute('aria-invalid')).toBe('true');
    await field().press('Enter');
    await field().fill('head');
    await expectSent(panel, [{ type: 'matchPattern', pattern: 'head' }]);
    await panel.post({ type: 'matches', pattern: 'head', count: 1, names: ['head'] });
    await expect.poll(() => answer().textContent()).toBe('Matches 1 op: head');
    expect(await field().getAttribute('aria-invalid')).toBe('false');
  });
});
