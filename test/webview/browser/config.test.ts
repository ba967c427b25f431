import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ConfigView, OpTypeRow } from '../../../webview/protocol';
import { ConfigPages, type OpenedConfig } from '../support/configPages';

const row = (op: string, count: number, choice: OpTypeRow['choice'], capability: OpTypeRow['capability'], planned: Partial<OpTypeRow['planned']>): OpTypeRow => ({
  op, count, choice, capability, planned: { fp32: 0, bf16: 0, int8: 0, other: 0, ...planned },
});

const digits: ConfigView = {
  file: 'digits.mixed-precision.json',
  model: 'digits.pb',
  isFaulty: false,
  useBf16: true,
  bf16Ops: undefined,
  opTypes: [row('Conv2D', 6, 'auto', ['int8', 'bf16'], { bf16: 2, int8: 4 }), row('MatMul', 2, 'int8', ['int8', 'bf16'], { int8: 2 }), row('Softmax', 1, 'fp32', ['bf16'], { fp32: 1 })],
  overrides: [{ pattern: 'head/.*', choice: 'fp32', matches: 4 }],
  selection: { name: 'block.1/conv', pattern: 'block\\.1/conv', op: 'Conv2D', choice: 'auto', capability: ['int8', 'bf16'] },
  calibration: { data: 'digits.npz', samples: 100, algorithm: 'minmax', ranges: undefined, contents: undefined },
  weightGranularity: 'per_channel',
  castPlacement: 'depth_first',
  castCost: 'count',
  bf16Reward: 0.25,
  targetIsa: undefined,
  accuracyCriterion: { relative: 0.01 },
  sensitiveOps: [
    { name: 'softmax', reason: 'Softmax divides exponentials by their sum: with the 8 significant bits of BF16 its probabilities no longer add up to 1.', count: 3, staysFp32: true },
    { name: 'normalization', reason: 'Normalization divides by the root of a sum of squares: what BF16 rounds off there scales every value after it wrongly.', count: 40, staysFp32: false },
    { name: 'losses', reason: 'A loss adds up many small errors: with the 8 significant bits of BF16 the smallest of them vanish.', count: 0, staysFp32: true },
    { name: 'powers_and_logarithms', reason: 'Powers, exponentials and logarithms can turn the small error of a value rounded to BF16 into a large one.', count: 1, staysFp32: true },
  ],
  outcome: { precision: { fp32: 1, bf16: 2, int8: 6, other: 3 }, casts: { inserted: 9, folded: 7, remaining: 2, lowerBound: 2 }, assumesRanges: false, isPredicted: false },
  problems: [],
};

let pages: ConfigPages;
let panel: OpenedConfig;

beforeAll(async () => {
  pages = await ConfigPages.start();
});
afterAll(() => pages.stop());
beforeEach(async () => {
  panel = await pages.open();
  await expect.poll(() => panel.received()).toEqual([{ type: 'ready' }]);
  await panel.show(digits);
  await panel.page.getByText('digits.pb').waitFor();
});
afterEach(async () => {
  expect(panel.problems).toEqual([]);
  await panel.page.close();
});

const choices = (label: string) => panel.page.getByRole('radiogroup', { name: label, exact: true });
const choice = (label: string, value: string) => choices(label).locator(`input[value="${value}"]`);

describe('the config panel', () => {
  it('is empty while no model is open', async () => {
    await panel.show(undefined);
    await panel.page.getByText('digits.pb').waitFor({ state: 'hidden' });
  });

  it('says what the plan makes of each op type', async () => {
    await panel.page.getByRole('img', { name: 'Planned: 2 BF16, 4 INT8' }).waitFor();
    expect(await choice('MatMul', 'int8').isChecked()).toBe(true);
  });

  it('sends the switch', async () => {
    await panel.page.getByRole('switch', { name: 'Use BF16' }).click();
    await expect.poll(() => panel.received()).toEqual([{ type: 'setUseBf16', value: false }]);
  });

  it('is operated by keyboard', async () => {
    await choice('Conv2D', 'auto').focus();
    await panel.page.keyboard.press('ArrowRight');
    await expect.poll(() => panel.received()).toEqual([{ type: 'setOpTypes', ops: ['Conv2D'], choice: 'int8' }]);
  });

  it('keeps the focus when the answer to an edit comes', async () => {
    await choice('Conv2D', 'fp32').focus();
    await panel.show({ ...digits, opTypes: digits.opTypes.map((type) => ({ ...type, choice: 'fp32' })) });
    await expect.poll(() => choice('Softmax', 'fp32').isChecked()).toBe(true);
    expect(await choice('Conv2D', 'fp32').evaluate((element) => element === document.activeElement)).toBe(true);
  });

  it('disables what an op type cannot be, and says why', async () => {
    expect(await choices('Softmax').getByRole('radio', { name: 'It cannot be computed in INT8' }).isDisabled()).toBe(true);
    await panel.show({ ...digits, useBf16: false });
    expect(await choices('Conv2D').getByRole('radio', { name: 'Turn on Use BF16 first' }).isDisabled()).toBe(true);
  });

  it('filters op types', async () => {
    await panel.page.getByRole('textbox', { name: 'Filter op types' }).fill('mat');
    await panel.page.getByRole('radiogroup', { name: 'Conv2D' }).waitFor({ state: 'hidden' });
    expect(await panel.page.getByRole('radiogroup', { name: 'MatMul' }).isVisible()).toBe(true);
    await panel.page.getByRole('textbox', { name: 'Filter op types' }).fill('nothing');
    await panel.page.getByText('No op type contains "nothing".').waitFor();
  });

  it('overrides the selected op by its exact name', async () => {
    await choice('block.1/conv', 'bf16').click();
    await expect.poll(() => panel.received()).toEqual([{ type: 'setOverride', pattern: 'block\\.1/conv', choice: 'bf16' }]);
    await panel.show({ ...digits, selection: { ...digits.selection!, choice: 'bf16' } });
    await choice('block.1/conv', 'auto').click();
    await expect.poll(() => panel.received()).toEqual([{ type: 'setOverride', pattern: 'block\\.1/conv' }]);
  });

  it('adds, changes and removes overrides', async () => {
    await panel.page.getByRole('textbox', { name: 'Pattern of op names' }).fill('tail/.*');
    await panel.page.keyboard.press('Enter');
    await expect.poll(() => panel.received()).toEqual([{ type: 'setOverride', pattern: 'tail/.*', choice: 'fp32' }]);
    await choice('head/.*', 'int8').click();
    await expect.poll(() => panel.received()).toEqual([{ type: 'setOverride', pattern: 'head/.*', choice: 'int8' }]);
    await panel.page.getByRole('button', { name: 'Remove the override head/.*' }).click();
    await expect.poll(() => panel.received()).toEqual([{ type: 'setOverride', pattern: 'head/.*' }]);
  });

  it('asks for calibration data and sends how ranges are taken', async () => {
    await panel.page.getByRole('button', { name: 'Choose…' }).click();
    await expect.poll(() => panel.received()).toEqual([{ type: 'pickCalibration' }]);
    await panel.page.getByRole('radio', { name: /: Percentile/ }).click();
    await expect.poll(() => panel.received()).toEqual([{ type: 'setAlgorithm', algorithm: 'percentile' }]);
  });

  it('asks for cost and reward only where Casts are placed by minimum cut', async () => {
    const reward = panel.page.getByRole('slider', { name: 'BF16 reward' });
    await panel.page.getByText('Neighbours of BF16 ops become BF16 too').waitFor();
    expect(await reward.count() + await choices('Cost of Casts').count()).toBe(0);
    await choice('Cast placement', 'min_cut').click();
    await expect.poll(() => panel.received()).toEqual([{ type: 'setCastPlacement', placement: 'min_cut' }]);
    await panel.show({ ...digits, castPlacement: 'min_cut' });
    await reward.waitFor();
    await choice('Cost of Casts', 'bytes').click();
    await expect.poll(() => panel.received()).toEqual([{ type: 'setCastCost', cost: 'bytes' }]);
  });

  it('sends the reward once the slider rests, and keeps its focus', async () => {
    await panel.show({ ...digits, castPlacement: 'min_cut' });
    const reward = panel.page.getByRole('slider', { name: 'BF16 reward' });
    expect(await reward.inputValue()).toBe('0.25');
    await reward.focus();
    await panel.page.keyboard.press('ArrowRight');
    await expect.poll(() => panel.received()).toEqual([{ type: 'setBf16Reward', reward: 0.3 }]);
    await panel.show({ ...digits, castPlacement: 'min_cut', bf16Reward: 0.3 });
    await expect.poll(() => panel.page.locator('output').textContent()).toBe('0.3');
    expect(await reward.evaluate((element) => element === document.activeElement)).toBe(true);
    await panel.page.keyboard.press('Home');
    await expect.poll(() => panel.received()).toEqual([{ type: 'setBf16Reward', reward: 0 }]);
    await panel.show({ ...digits, castPlacement: 'min_cut', bf16Reward: 3 });
    await expect.poll(() => panel.page.locator('output').textContent()).toBe('3');
  });

  it('says why arithmetic stays FP32, and sends what shall not', async () => {
    const softmax = panel.page.getByRole('checkbox', { name: 'Softmax' });
    expect(await softmax.isChecked()).toBe(true);
    expect(await panel.page.getByRole('checkbox', { name: 'Normalization' }).isChecked()).toBe(false);
    await panel.page.getByText('its probabilities no longer add up to 1').waitFor();
    await softmax.click();
    await panel.page.getByRole('checkbox', { name: 'Normalization' }).click();
    await expect.poll(() => panel.received()).toEqual([
      { type: 'setSensitiveOps', name: 'softmax', staysFp32: false },
      { type: 'setSensitiveOps', name: 'normalization', staysFp32: true },
    ]);
    await panel.show({ ...digits, sensitiveOps: [] });
    await softmax.waitFor({ state: 'hidden' });
  });

  it('counts Casts once phases ran', async () => {
    for (const [name, count] of [['Inserted', 9], ['Folded', 7], ['Remaining', 2], ['Fewest possible', 2]] as const) {
      expect(await panel.page.locator('.row', { hasText: name }).locator('.value').textContent()).toBe(String(count));
    }
    await panel.show({ ...digits, outcome: undefined });
    await panel.page.getByText('Run the phases to see how many Casts there are.').waitFor();
  });

  it('lists problems', async () => {
    await panel.show({ ...digits, problems: [{ message: 'Unknown key "use_bf61".', severity: 'error', path: ['use_bf61'], fixes: [] }] });
    expect(await panel.page.getByRole('status', { name: 'Problems' }).textContent()).toBe('Unknown key "use_bf61".');
  });

  it('shows names from the model as text', async () => {
    const name = '<img src=x onerror=alert(1)>';
    await panel.show({ ...digits, opTypes: [row(name, 1, 'auto', [], {})], overrides: [{ pattern: name, choice: 'fp32', matches: 0 }], problems: [{ message: name, severity: 'warning', fixes: [] }] });
    await panel.page.getByRole('radiogroup', { name }).first().waitFor();
    expect(await panel.page.locator('img').count()).toBe(0);
  });
});

describe.each(['dark-modern', 'light-modern', 'high-contrast', 'high-contrast-light'] as const)('in %s', (theme) => {
  it('shows which precision is chosen', async () => {
    const themed = await pages.open(theme);
    await themed.show({ ...digits, castPlacement: 'min_cut' });
    const label = (precision: string) => themed.page.locator(`label:has([id="op:MatMul:${precision}"])`);
    await label('int8').waitFor();
    const look = (precision: string) => label(precision).evaluate((element) => {
      const { backgroundColor, outlineStyle } = getComputedStyle(element);
      return { backgroundColor, outlineStyle };
    });
    expect(await look('int8')).not.toEqual(await look('fp32'));
    await themed.page.evaluate(() => Object.assign(document.body.style, { background: 'var(--vscode-editor-background)', font: '13px sans-serif' }));
    await themed.page.screenshot({ path: `test-results/config-${theme}.png`, fullPage: true });
    expect(themed.problems).toEqual([]);
    await themed.page.close();
  });
});
