import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ConfigPages, type OpenedConfig } from '../support/configPages';
import { digits, filled, long, modules, opTypeRow } from '../support/panelViews';
import { expectSent } from '../support/sent';

let pages: ConfigPages;
let panel: OpenedConfig;

beforeAll(async () => {
  pages = await ConfigPages.start();
});
afterAll(() => pages.stop());
beforeEach(async () => {
  panel = await pages.open();
  await panel.show(digits);
  await table().waitFor();
  panel.received();
});
afterEach(async () => {
  expect(panel.problems).toEqual([]);
  await panel.page.close();
});

const table = () => panel.page.getByRole('table', { name: 'Op types' });
const row = (op: string) => table().getByRole('row').filter({ has: panel.page.getByRole('rowheader', { name: op, exact: true }) });
const choice = (label: string, value: string) => panel.page.getByRole('radiogroup', { name: label, exact: true }).locator(`input[value="${value}"]`);
const box = (op: string) => panel.page.getByRole('checkbox', { name: `Select ${op}`, exact: true });
const filter = () => panel.page.getByRole('textbox', { name: 'Filter rows' });
const shown = () => table().getByRole('rowheader').allTextContents();
const isSelected = () => table().getByRole('checkbox', { name: /^Select (?!all)/ }).evaluateAll((boxes) => boxes.filter((each) => (each as HTMLInputElement).checked).map(({ id }) => id));
const bar = () => panel.page.getByRole('group', { name: 'Selected op types' });

describe('the table of op types', () => {
  it('is a table of what there is, what it can be, what is planned and what is asked for', async () => {
    expect(await table().getByRole('columnheader').allTextContents()).toEqual(['Op type', 'Ops', 'Can', 'Planned', 'Precision']);
    const cells = row('Conv2D').getByRole('cell');
    expect(await cells.nth(1).textContent()).toBe('6');
    await cells.nth(2).getByRole('img', { name: 'INT8, BF16' }).waitFor();
    await cells.nth(3).getByRole('img', { name: 'Planned: 2 BF16, 4 INT8' }).waitFor();
    expect(await choice('MatMul', 'int8').isChecked()).toBe(true);
  });

  it('is operated by keyboard', async () => {
    await choice('Conv2D', 'auto').focus();
    await panel.page.keyboard.press('ArrowRight');
    await expectSent(panel, [{ type: 'setOpTypes', ops: ['Conv2D'], choice: 'int8' }]);
  });

  it('keeps the focus when the answer to an edit comes', async () => {
    await choice('Conv2D', 'fp32').focus();
    await panel.show({ ...digits, opTypes: digits.opTypes.map((type) => ({ ...type, choice: 'fp32' })) });
    await expect.poll(() => choice('Softmax', 'fp32').isChecked()).toBe(true);
    expect(await choice('Conv2D', 'fp32').evaluate((element) => element === document.activeElement)).toBe(true);
  });

  it('disables what an op type cannot be, and says why', async () => {
    await expect.poll(() => panel.page.getByRole('radio', { name: 'Softmax: It cannot be computed in INT8' }).isDisabled()).toBe(true);
    await panel.show({ ...digits, useBf16: false });
    await expect.poll(() => panel.page.getByRole('radio', { name: 'Conv2D: BF16 needs the switch Use BF16: turn it on first' }).isDisabled()).toBe(true);
    await panel.page.getByText('B (BF16) can be chosen once Use BF16 is on.').waitFor();
  });

  it('names a list of accepted precisions, and checks none of them', async () => {
    await panel.show(filled);
    await row('DepthwiseConv2dNative').getByText('INT8 or FP32').waitFor();
    expect(await row('DepthwiseConv2dNative').getByRole('radio', { checked: true }).count()).toBe(0);
  });

  it('tries a choice the pointer rests on', async () => {
    await row('Conv2D').locator('label', { has: panel.page.locator('[value="fp32"]') }).hover();
    await expect.poll(() => panel.received()).toEqual([{ type: 'try', change: { type: 'setOpTypes', ops: ['Conv2D'], choice: 'fp32' } }]);
    await panel.page.mouse.move(1, 1);
    await expect.poll(() => panel.received()).toEqual([{ type: 'try' }]);
  });

  it('tries nothing that was chosen meanwhile', async () => {
    await choice('Conv2D', 'fp32').click();
    await expectSent(panel, [{ type: 'setOpTypes', ops: ['Conv2D'], choice: 'fp32' }]);
    await panel.page.waitForTimeout(400);
    expect(panel.received()).toEqual([]);
  });
});

describe('the filter of op types', () => {
  it('finds names', async () => {
    await filter().fill('mat');
    await expect.poll(shown).toEqual(['MatMul']);
    await panel.page.getByText('1 of 3 op types').waitFor();
    await filter().fill('nothing');
    await panel.page.getByText('Nothing matches "nothing".').waitFor();
  });

  it('finds precisions that are planned or asked for', async () => {
    await panel.show({ ...digits, opTypes: [...digits.opTypes, opTypeRow('Add', 1, ['bf16', 'fp32'], ['bf16'], { fp32: 1 }), opTypeRow('Mean', 1, 'auto', [], { fp32: 1 })] });
    await filter().fill('bf16');
    await expect.poll(shown).toEqual(['Conv2D', 'Add']);
    await filter().fill('int8 MAT');
    await expect.poll(shown).toEqual(['MatMul']);
    await filter().fill('fp32');
    await expect.poll(shown).toEqual(['Softmax', 'Add', 'Mean']);
  });
});

describe('several op types', () => {
  it('are set by one change', async () => {
    await box('Conv2D').click();
    await panel.page.getByText('Select several to set them at once.').waitFor();
    await box('Softmax').click();
    await bar().getByText('2 op types').waitFor();
    await choice('All selected', 'fp32').click();
    await expectSent(panel, [{ type: 'setOpTypes', ops: ['Conv2D', 'Softmax'], choice: 'fp32' }]);
  });

  it('are set to a precision that only some can take, for those', async () => {
    await box('Conv2D').click();
    await box('Softmax').click();
    await bar().getByRole('radio', { name: /Set for the 1 of 2 that can$/ }).click();
    await expectSent(panel, [{ type: 'setOpTypes', ops: ['Conv2D'], choice: 'int8' }]);
    await panel.show({ ...digits, opTypes: [opTypeRow('Softmax', 1, 'fp32', ['bf16'], {}), opTypeRow('Mean', 1, 'fp32', [], {})] });
    await box('Mean').click();
    await bar().getByText('2 op types').waitFor();
    expect(await choice('All selected', 'int8').isDisabled()).toBe(true);
    expect(await choice('All selected', 'fp32').isChecked()).toBe(true);
  });

  it('are selected by a range, and all that are shown at once', async () => {
    await panel.show(long);
    await box('ArgMax').click();
    await box('Cast').click({ modifiers: ['Shift'] });
    await expect.poll(isSelected).toEqual(['ArgMax', 'AvgPool', 'BatchMatMulV2', 'BiasAdd', 'Cast'].map((op) => `select:${op}`));
    await bar().getByRole('button', { name: 'Select none' }).click();
    await expect.poll(isSelected).toEqual([]);
    await filter().fill('conv');
    await expect.poll(shown).toEqual(['Conv2D', 'Conv2DBackpropInput', 'DepthwiseConv2dNative']);
    await panel.page.getByRole('checkbox', { name: 'Select all shown' }).click();
    await filter().fill('backprop');
    await bar().getByText('3 op types, 2 not shown').waitFor();
    await filter().fill('conv');
    await box('Conv2D').click();
    await expect.poll(() => panel.page.getByRole('checkbox', { name: 'Select all shown' }).evaluate((each) => (each as HTMLInputElement).indeterminate)).toBe(true);
  });

  it('stay selected while the panel changes, unless they are gone', async () => {
    await box('Conv2D').click();
    await box('MatMul').click();
    await panel.show({ ...digits, opTypes: digits.opTypes.slice(1) });
    await expect.poll(isSelected).toEqual(['select:MatMul']);
    await panel.page.getByText('Select several to set them at once.').waitFor();
  });
});

describe('the light in the graph', () => {
  it('is on while the pointer rests on a name', async () => {
    await panel.page.getByRole('button', { name: 'MatMul' }).hover();
    await expect.poll(() => panel.received()).toEqual([{ type: 'highlight', query: { opType: 'MatMul' } }]);
    await panel.page.mouse.move(1, 1);
    await expect.poll(() => panel.received()).toEqual([{ type: 'highlight' }]);
  });

  it('stays on from one click to the next', async () => {
    const name = panel.page.getByRole('button', { name: 'MatMul' });
    await name.focus();
    await panel.page.keyboard.press('Enter');
    await expectSent(panel, [{ type: 'highlight', query: { opType: 'MatMul' } }]);
    await panel.show({ ...digits, useBf16: false });
    await panel.page.getByText('B (BF16) can be chosen').waitFor();
    expect(await name.getAttribute('aria-pressed')).toBe('true');
    await panel.page.getByRole('button', { name: 'Conv2D' }).press('Enter');
    expect(await name.getAttribute('aria-pressed')).toBe('false');
    await panel.page.getByRole('button', { name: 'Conv2D' }).press('Enter');
    await expectSent(panel, [{ type: 'highlight', query: { opType: 'Conv2D' } }, { type: 'highlight' }]);
  });

  it('goes out with the model', async () => {
    await panel.page.getByRole('button', { name: 'MatMul' }).press('Enter');
    await expectSent(panel, [{ type: 'highlight', query: { opType: 'MatMul' } }]);
    await panel.show({ ...digits, model: 'other.pb' });
    await expectSent(panel, [{ type: 'highlight' }]);
    await expect.poll(() => panel.page.locator('[aria-pressed="true"]').count()).toBe(0);
  });
});

describe('a model made of modules', () => {
  const modes = () => panel.page.getByRole('radiogroup', { name: 'What is converted as a whole' });

  it('shows op types or classes of modules, whichever is converted as a whole', async () => {
    expect(await modes().count()).toBe(0);
    await panel.show({ ...modules, pytorchMode: 'fx' });
    await modes().getByRole('radio', { name: /^What is converted as a whole: Ops/, checked: true }).waitFor();
    expect(await table().count()).toBe(1);
    await panel.show(modules);
    const classes = panel.page.getByRole('table', { name: 'Module classes' });
    await classes.waitFor();
    expect(await classes.getByRole('columnheader').allTextContents()).toEqual(['Class', 'Count', 'Can', 'Planned', 'Precision']);
    await panel.page.getByRole('heading', { name: 'Selected module' }).waitFor();
    await panel.page.getByRole('button', { name: 'Conv2d', exact: true }).and(panel.page.getByTitle('Conv2d: show its 3 modules in the graph')).waitFor();
  });

  it('is set to the other, and tries what that gives', async () => {
    await panel.show(modules);
    const ops = modes().locator('label', { has: panel.page.locator('[value="fx"]') });
    await ops.hover();
    await expect.poll(() => panel.received()).toEqual([{ type: 'try', change: { type: 'setPytorchMode', mode: 'fx' } }]);
    await ops.click();
    await expectSent(panel, [{ type: 'setPytorchMode', mode: 'fx' }]);
  });

  it('gives the selected module a precision under its path', async () => {
    await panel.show(modules);
    await choice('features/3', 'fp32').click();
    await expectSent(panel, [{ type: 'setOverride', pattern: 'features/3', choice: 'fp32' }]);
  });
});
