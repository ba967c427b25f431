import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ConfigView, DataView, FromConfig, OutcomeView } from '../../../webview/protocol';
import { ConfigPages, type OpenedConfig } from '../support/configPages';
import { digits } from '../support/panelViews';

const outcome = (fp32: number, bf16: number, int8: number, casts: Partial<OutcomeView['casts']> = {}): OutcomeView => ({
  precision: { fp32, bf16, int8, other: 3 },
  casts: { inserted: 9, folded: 7, remaining: 2, lowerBound: 2, ...casts },
  assumesRanges: false,
});
const predicted = (given: OutcomeView): ConfigView => ({ ...digits, outcome: { ...given, isPredicted: true } });

let pages: ConfigPages;
let panel: OpenedConfig;

beforeAll(async () => {
  pages = await ConfigPages.start();
});
afterAll(() => pages.stop());
beforeEach(async () => {
  panel = await pages.open();
  await expect.poll(() => panel.received()).toEqual([{ type: 'ready' }]);
});
afterEach(async () => {
  expect(panel.problems).toEqual([]);
  await panel.page.close();
});

/** Shows a config and waits until it is drawn. */
async function show(config: ConfigView): Promise<void> {
  await panel.show(config);
  await panel.page.evaluate(() => new Promise((done) => setTimeout(done)));
}

const text = async (selector: string) => (await panel.page.locator(selector).allTextContents()).map((found) => found.trim());
const choice = (label: string, value: string) => panel.page.getByRole('radiogroup', { name: label, exact: true }).locator(`input[value="${value}"]`);
const focusedId = () => panel.page.evaluate(() => document.activeElement?.id);

describe('the outcome', () => {
  const card = () => panel.page.getByRole('region', { name: 'Outcome' });
  const title = () => card().getByRole('heading').textContent();
  const counts = () => text('.outcome li .counted');

  it('counts ops and Casts, and says whether the phases ran', async () => {
    await show(digits);
    expect(await title()).toBe('After the phases');
    expect(await text('.outcome li')).toEqual(['FFP32: 1', 'BBF16: 2', '8INT8: 6']);
    expect(await text('.outcome .castLine')).toEqual(['2 Casts · all needed']);
    expect(await card().getByText('9 inserted, 7 folded').isVisible()).toBe(true);
    const widths = await card().locator('.mix > *').evaluateAll((bars) => bars.map((bar) => Math.round(bar.getBoundingClientRect().width)));
    expect(widths[1]! / widths[0]!).toBeCloseTo(2, 0);
    expect(widths[2]! / widths[0]!).toBeCloseTo(6, 0);
    await show(predicted(outcome(1, 2, 6, { remaining: 5, lowerBound: 4 })));
    expect(await title()).toBe('If the phases run now');
    expect(await card().locator('.castLine').textContent()).toContain('· 4 needed');
  });

  it('says so where ranges were assumed', async () => {
    const note = card().getByText('Ranges are not measured yet; the numbers hold if every value gets one.');
    await show(digits);
    expect(await note.count()).toBe(0);
    await show(predicted({ ...outcome(1, 2, 6), assumesRanges: true }));
    expect(await note.isVisible()).toBe(true);
  });

  it('keeps its height and the last numbers while it counts', async () => {
    await show({ ...digits, outcome: undefined });
    expect(await title()).toBe('Counting…');
    expect(await text('.outcome .castLine')).toEqual(['– Casts']);
    const height = (await card().boundingBox())!.height;
    await show(digits);
    expect((await card().boundingBox())!.height).toBe(height);
    await show({ ...digits, outcome: undefined });
    expect(await title()).toBe('Counting…');
    expect(await counts()).toEqual(['1', '2', '6']);
    await show({ ...digits, outcome: undefined, problems: [{ message: 'There is no op type "Conv2d".', severity: 'error', fixes: [] }] });
    expect(await title()).toBe('Not counted: the config has errors');
    await show({ ...digits, outcome: undefined, model: 'other.pb' });
    expect(await counts()).toEqual([]);
  });

  it('shows for a while what a change made of the numbers', async () => {
    await panel.page.clock.install();
    await show(digits);
    await show(predicted(outcome(7, 2, 0, { remaining: 4, lowerBound: null })));
    expect(await counts()).toEqual(['7+6', '2', '0−6']);
    expect(await text('.outcome .castLine')).toEqual(['4 Casts+2']);
    // An op is selected: nothing that is counted changed.
    await show({ ...predicted(outcome(7, 2, 0, { remaining: 4, lowerBound: null })), selection: undefined });
    expect(await text('.outcome .delta')).toEqual(['+6', '−6', '+2']);
    await panel.page.clock.runFor(9_000);
    expect(await text('.outcome .delta')).toHaveLength(3);
    await panel.page.clock.runFor(1_500);
    expect(await text('.outcome .delta')).toEqual([]);
    await show({ ...digits, model: 'other.pb' });
    expect(await counts()).toEqual(['1', '2', '6']);
  });

  it('shows what a change that is tried would give, against what there is', async () => {
    await show(digits);
    await panel.post({ type: 'trial', outcome: outcome(3, 6, 0, { remaining: 10, lowerBound: 2 }) });
    await expect.poll(title).toBe('Would give');
    expect(await counts()).toEqual(['3+2', '6+4', '0−6']);
    expect(await text('.outcome .castLine')).toEqual(['10 Casts+8 · 2 needed']);
    expect(await text('.remaining')).toEqual(['Would remain10 Casts+8 · 2 needed']);
    await panel.post({ type: 'trial', outcome: undefined });
    await expect.poll(title).toBe('After the phases');
    expect(await counts()).toEqual(['1', '2', '6']);
    expect(await text('.remaining')).toEqual(['Remaining2 Casts · all needed']);
  });

  it('tells a screen reader the last of many numbers', async () => {
    await show(digits);
    const said = panel.page.locator('.outcome [aria-live="polite"]');
    await said.evaluate((element) => {
      const log: string[] = ((window as unknown as { said: string[] }).said = []);
      new MutationObserver(() => log.push(element.textContent)).observe(element, { childList: true });
    });
    for (const bf16 of [3, 4, 5]) await panel.post({ type: 'trial', outcome: outcome(1, bf16, 6) });
    await expect.poll(() => said.textContent()).toBe('Would give: 1 op in FP32, 5 ops in BF16, 6 ops in INT8, 2 Casts, all needed');
    expect(await panel.page.evaluate(() => (window as unknown as { said: string[] }).said.length)).toBe(1);
  });

  it('stays in sight and hides no control with the focus', async () => {
    await show(digits);
    await panel.page.getByRole('spinbutton', { name: 'Accuracy that may be lost' }).focus();
    expect((await card().boundingBox())!.y).toBe(0);
    const first = panel.page.getByRole('switch', { name: 'Use BF16' });
    const filter = choice('Conv2D', 'auto');
    await filter.focus();
    const { y, height } = (await card().boundingBox())!;
    expect((await filter.boundingBox())!.y).toBeGreaterThanOrEqual(y + height);
    await first.focus();
    await expect.poll(async () => (await first.boundingBox())!.y).toBeGreaterThanOrEqual(0);
  });
});

describe('calibration', () => {
  const contents: DataView = {
    samples: 256,
    arrays: [
      { name: 'labels', dtype: 'int64', shape: [256], range: [0, 9], input: undefined },
      { name: 'image:0', dtype: 'float32', shape: [256, 28, 28, 1], range: [-0.123456, 1], input: 'image' },
    ],
    unserved: [],
    problem: undefined,
  };
  const withData = (calibration: Partial<ConfigView['calibration']>): ConfigView => ({ ...digits, calibration: { ...digits.calibration, contents, ...calibration } });
  const section = () => panel.page.locator('#calibration');
  const samples = () => panel.page.getByRole('spinbutton', { name: 'Samples to run' });
  const cells = async () => {
    const rows = await panel.page.getByRole('table', { name: 'Arrays of the data' }).locator('tbody tr').all();
    return Promise.all(rows.map((row) => row.locator('th > span, td').allTextContents()));
  };

  it('asks for a file and lets go of it', async () => {
    await show(withData({ data: 'samples/digits.npz' }));
    expect(await section().getByText('digits.npz', { exact: true }).getAttribute('title')).toBe('samples/digits.npz');
    await section().getByRole('button', { name: 'Choose…' }).click();
    await expect.poll(() => panel.received()).toEqual([{ type: 'pickCalibration' }]);
    await section().getByRole('button', { name: 'Remove the file' }).click();
    await expect.poll(() => panel.received()).toEqual([{ type: 'clearCalibration' }]);
    await show({ ...digits, calibration: { ...digits.calibration, data: undefined } });
    expect(await section().getByText('Without it no op becomes INT8.').isVisible()).toBe(true);
    expect(await section().getByRole('button', { name: 'Remove the file' }).isVisible()).toBe(false);
    expect(await samples().isVisible()).toBe(false);
    expect(await panel.page.evaluate(() => document.activeElement?.textContent)).toBe('Choose…');
  });

  it('shows what is in the file, that of inputs first', async () => {
    await show(withData({ contents: undefined }));
    expect(await section().getByText('Reading…').isVisible()).toBe(true);
    await show(withData({}));
    expect(await cells()).toEqual([
      ['image:0', 'float32 256 × 28 × 28 × 1', 'image', '[−0.1235, 1]'],
      ['labels', 'int64 256', 'not used', '[0, 9]'],
    ]);
    expect(await section().getByText('of 256').isVisible()).toBe(true);
    const scalar = { name: 'rate', dtype: 'float32', shape: [], range: undefined, input: undefined };
    await show(withData({ contents: { samples: undefined, arrays: [scalar], unserved: [], problem: 'The data has no array for the input "image"' } }));
    expect(await cells()).toEqual([['rate', 'float32 scalar', 'not used', 'none']]);
    expect(await section().locator('p.error:visible').allTextContents()).toEqual(['The data has no array for the input "image"']);
    expect(await section().getByText('of 256').count()).toBe(0);
  });

  it('shows the first arrays of very many, and their names as text', async () => {
    const name = '<img src=x onerror=alert(1)>';
    const arrays = Array.from({ length: 1000 }, (_, index) => ({ ...contents.arrays[0]!, name: `${name}${index}` }));
    await show(withData({ data: name, contents: { ...contents, arrays: [...arrays, { ...contents.arrays[1]!, input: name }], problem: name } }));
    expect((await cells()).slice(0, 2).map(([array]) => array)).toEqual(['image:0', `${name}0`]);
    expect(await section().getByText('and 981 more arrays').isVisible()).toBe(true);
    expect(await panel.page.locator('img').count()).toBe(0);
  });

  it('says that recorded ranges take the place of data', async () => {
    await show(withData({ ranges: 'out/digits.ranges.json' }));
    expect(await section().getByText('digits.ranges.json', { exact: true }).isVisible()).toBe(true);
    expect(await section().getByText('Ranges recorded earlier, read instead of running the model.').isVisible()).toBe(true);
    expect(await section().getByText('digits.npz is not run while they are there.').isVisible()).toBe(true);
    await section().getByRole('button', { name: 'Remove the file' }).click();
    await expect.poll(() => panel.received()).toEqual([{ type: 'applyEdits', edits: [{ path: ['calibration', 'ranges'] }] }]);
    expect(await samples().isVisible() || await choice('How ranges are taken from the samples', 'minmax').isVisible()).toBe(false);
  });

  it('sends whole numbers of samples only', async () => {
    await show(withData({}));
    for (const wrong of ['0', '-3', '2.5', '']) {
      await samples().fill(wrong);
      await samples().press('Tab');
      await section().getByText('Enter a whole number from 1 up.').waitFor();
      expect(await samples().getAttribute('aria-invalid')).toBe('true');
    }
    await samples().fill('32');
    await samples().press('Enter');
    await expect.poll(() => panel.received()).toEqual([{ type: 'setSamplingSize', samples: 32 }]);
    expect(await section().locator('p.error:visible').count()).toBe(0);
  });

  it('leaves a number alone while it is typed', async () => {
    await show(withData({}));
    await samples().fill('7');
    await show({ ...withData({}), selection: undefined });
    expect(await samples().inputValue()).toBe('7');
    expect(await focusedId()).toBe('sampling-size');
    await samples().press('Escape');
    expect(await samples().inputValue()).toBe('100');
    await show(withData({ samples: 50 }));
    expect(await samples().inputValue()).toBe('50');
    expect(panel.received()).toEqual([]);
  });

  it('sends how ranges are taken, and says what that means', async () => {
    await show(withData({}));
    expect(await section().getByText('A range goes from the smallest to the largest value seen.').isVisible()).toBe(true);
    await panel.page.getByLabel('Ranges', { exact: true }).selectOption('Entropy (KL)');
    await expect.poll(() => panel.received()).toEqual([{ type: 'setAlgorithm', algorithm: 'kl' }]);
  });
});

it('sends the granularity of weights, and says what it means', async () => {
  await show(digits);
  await choice('Scales of weights', 'per_tensor').click();
  await expect.poll(() => panel.received()).toEqual([{ type: 'setWeightGranularity', granularity: 'per_tensor' }]);
  await show({ ...digits, weightGranularity: 'per_tensor' });
  expect(await panel.page.locator('#int8').getByText('One scale for the whole weight').isVisible()).toBe(true);
  expect(await choice('Scales of weights', 'per_tensor').isChecked()).toBe(true);
});

describe('the form of BF16 ops', () => {
  const onnx: ConfigView = { ...digits, model: 'digits.onnx', bf16Form: 'native' };

  it('is sent, with where such ops run', async () => {
    await show(onnx);
    expect(await panel.page.getByText('for execution providers with BF16 kernels').isVisible()).toBe(true);
    await choice('Form of BF16 ops', 'emulated').click();
    await expect.poll(() => panel.received()).toEqual([{ type: 'setBf16Form', form: 'emulated' }]);
    await show({ ...onnx, bf16Form: 'emulated' });
    expect(await panel.page.getByText('every provider runs them').isVisible()).toBe(true);
  });

  it('is no choice while BF16 is off', async () => {
    await show({ ...onnx, useBf16: false });
    expect(await choice('Form of BF16 ops', 'native').count()).toBe(0);
  });
});

it('sends how scales of weights are chosen, and says what that means', async () => {
  await show(digits);
  await choice('How scales of weights are chosen', 'mse').click();
  await expect.poll(() => panel.received()).toEqual([{ type: 'setWeightAlgorithm', algorithm: 'mse' }]);
  await show({ ...digits, weightAlgorithm: 'mse' });
  expect(await panel.page.locator('#int8').getByText('The scale with the least squared error').isVisible()).toBe(true);
});

describe('the preparation', () => {
  const section = () => panel.page.locator('#preparation');
  const rule = (name: string) => section().getByRole('checkbox', { name });

  it('is closed until it is asked for, and has a box per rule', async () => {
    await show({ ...digits, preparation: { ...digits.preparation, constant_folding: false } });
    expect(await rule('Fold constants').isVisible()).toBe(false);
    await section().getByText('Preparation').click();
    expect(await section().getByRole('checkbox').count()).toBe(Object.keys(digits.preparation).length);
    expect([await rule('Fold constants').isChecked(), await rule('Fold batch normalization').isChecked()]).toEqual([false, true]);
  });

  it('sends a rule that is switched, and tries one that is looked at', async () => {
    await show(digits);
    await section().getByText('Preparation').click();
    await rule('Fold batch normalization').hover();
    await expect.poll(() => panel.received()).toEqual([{ type: 'try', change: { type: 'setPreparation', rule: 'batch_norm_folding', isOn: false } }]);
    await rule('Fold batch normalization').click();
    await expect.poll(() => panel.received().at(-1)).toEqual({ type: 'setPreparation', rule: 'batch_norm_folding', isOn: false });
  });
});

describe('the form of INT8 ops', () => {
  it('is sent, with what it means', async () => {
    await show(digits);
    await choice('Form of INT8 ops', 'fused').click();
    await expect.poll(() => panel.received()).toEqual([{ type: 'setInt8Form', form: 'fused' }]);
    await show({ ...digits, int8Form: 'fused' });
    expect(await panel.page.locator('#int8').getByText('INT8 kernels of oneDNN with the ops around them').isVisible()).toBe(true);
  });

  it('is no choice where there is one way only', async () => {
    await show({ ...digits, int8Form: undefined });
    expect(await panel.page.locator('#int8').getByText('Form', { exact: true }).count()).toBe(0);
  });
});

describe('Casts', () => {
  const reward = () => panel.page.getByRole('slider', { name: 'BF16 reward' });
  const minCut: ConfigView = { ...digits, castPlacement: 'min_cut' };

  it('asks for cost and reward only where Casts are placed by minimum cut', async () => {
    await show(digits);
    await panel.page.getByText('Neighbours of BF16 ops become BF16 too').waitFor();
    expect(await reward().isVisible() || await choice('Cost of Casts', 'bytes').isVisible()).toBe(false);
    await choice('Cast placement', 'min_cut').click();
    await expect.poll(() => panel.received().filter(({ type }) => type !== 'try')).toEqual([{ type: 'setCastPlacement', placement: 'min_cut' }]);
    await show(minCut);
    expect(await reward().isVisible()).toBe(true);
    await choice('Cost of Casts', 'bytes').click();
    await expect.poll(() => panel.received().filter(({ type }) => type !== 'try')).toEqual([{ type: 'setCastCost', cost: 'bytes' }]);
  });

  it('tries a placement the pointer rests on', async () => {
    await show(minCut);
    await choice('Cast placement', 'none').hover();
    await expect.poll(() => panel.received()).toEqual([{ type: 'try', change: { type: 'setCastPlacement', placement: 'none' } }]);
    await panel.page.mouse.move(0, 0);
    await expect.poll(() => panel.received()).toEqual([{ type: 'try' }]);
  });

  it('tries the reward while it slides, and sends it where it is let go', async () => {
    await show(minCut);
    await reward().scrollIntoViewIfNeeded();
    const { x, y, width, height } = (await reward().boundingBox())!;
    const at = (share: number) => panel.page.mouse.move(x + 8 + share * (width - 16), y + height / 2);
    await at(0.25);
    await panel.page.mouse.down();
    await at(0.5);
    // Where pressing and sliding are far apart, what was pressed is tried first.
    await expect.poll(() => panel.received().at(-1)).toEqual({ type: 'try', change: { type: 'setBf16Reward', reward: 0.5 } });
    expect(await panel.page.locator('output').textContent()).toBe('0.5');
    // What comes meanwhile does not take the slider out of the hand.
    await show({ ...minCut, selection: undefined });
    expect(await reward().inputValue()).toBe('0.5');
    await at(1);
    await panel.page.mouse.up();
    // The two may arrive apart.
    const sent: FromConfig[] = [];
    await expect.poll(() => {
      sent.push(...panel.received());
      return sent.slice(-2);
    }).toEqual([{ type: 'try' }, { type: 'setBf16Reward', reward: 1 }]);
  });

  it('tries at most one reward in 100 ms', async () => {
    await show(minCut);
    await panel.page.clock.install({ time: '2030-01-01T00:00:00' });
    await panel.page.clock.pauseAt('2030-01-01T00:00:10');
    const slide = (value: string) => reward().evaluate((element, next) => {
      (element as HTMLInputElement).value = next;
      element.dispatchEvent(new Event('input'));
    }, value);
    for (const value of ['0.3', '0.4', '0.5', '0.6']) await slide(value);
    await panel.page.clock.runFor(90);
    expect(panel.received()).toEqual([]);
    await panel.page.clock.runFor(20);
    await expect.poll(() => panel.received()).toEqual([{ type: 'try', change: { type: 'setBf16Reward', reward: 0.6 } }]);
  });

  it('sends the reward chosen by keyboard, and keeps the focus', async () => {
    await show(minCut);
    expect(await reward().inputValue()).toBe('0.25');
    await reward().focus();
    await panel.page.keyboard.press('ArrowRight');
    await expect.poll(() => panel.received()).toEqual([{ type: 'setBf16Reward', reward: 0.3 }]);
    await show({ ...minCut, bf16Reward: 0.3 });
    expect(await focusedId()).toBe('reward');
    await panel.page.keyboard.press('Home');
    await expect.poll(() => panel.received()).toEqual([{ type: 'setBf16Reward', reward: 0 }]);
    expect(await panel.page.getByText('Only the fewest Casts count.').isVisible()).toBe(true);
    await show({ ...minCut, bf16Reward: 3 });
    expect(await panel.page.locator('output').textContent()).toBe('3');
  });
});

it('sends the target, and says what it has', async () => {
  await show(digits);
  const target = panel.page.getByRole('combobox', { name: 'Instruction set' });
  expect(await target.locator('option').allTextContents()).toEqual(['Any CPU', 'AVX2', 'AVX-512 VNNI', 'AVX-512 BF16', 'AMX']);
  for (const isa of ['avx2', 'avx512_vnni', 'avx512_bf16', 'amx'] as const) {
    await target.selectOption(isa);
    await expect.poll(() => panel.received()).toEqual([{ type: 'setTargetIsa', isa }]);
    await show({ ...digits, targetIsa: isa });
    expect(await target.inputValue()).toBe(isa);
  }
  expect(await panel.page.locator('#target').getByText('Matrix units for INT8 and BF16').isVisible()).toBe(true);
  await target.selectOption('Any CPU');
  await expect.poll(() => panel.received()).toEqual([{ type: 'setTargetIsa' }]);
});

describe('the accuracy criterion', () => {
  const loss = () => panel.page.getByRole('spinbutton', { name: 'Accuracy that may be lost' });
  const hint = () => panel.page.locator('#criterion-hint').textContent();

  it('is percent of the original, or in its own unit', async () => {
    await show(digits);
    expect(await loss().inputValue()).toBe('1');
    expect(await hint()).toBe('An accuracy of 0.9 may fall to 0.891.');
    await loss().fill('7');
    await loss().press('Enter');
    await expect.poll(() => panel.received()).toEqual([{ type: 'setAccuracyCriterion', criterion: { relative: 0.07 } }]);
    await show({ ...digits, accuracyCriterion: { relative: 0.07 } });
    expect(await loss().inputValue()).toBe('7');
    expect(await focusedId()).toBe('criterion');
    await choice('Unit of the loss', 'absolute').click();
    await expect.poll(() => panel.received()).toEqual([{ type: 'setAccuracyCriterion', criterion: { absolute: 0.07 } }]);
    await show({ ...digits, accuracyCriterion: { absolute: 0.07 } });
    expect(await loss().inputValue()).toBe('0.07');
    expect(await hint()).toBe('An accuracy of 0.9 may fall to 0.83.');
    await loss().fill('0');
    await loss().press('Enter');
    await expect.poll(() => panel.received()).toEqual([{ type: 'setAccuracyCriterion', criterion: { absolute: 0 } }]);
  });

  it('is no negative number', async () => {
    await show(digits);
    await loss().fill('-1');
    await loss().press('Tab');
    await panel.page.getByText('Enter a number from 0 up.').waitFor();
    expect(panel.received()).toEqual([]);
  });
});
