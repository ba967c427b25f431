import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ConfigPages, type OpenedConfig } from '../support/configPages';
import { digits, filled, long, opTypeRow } from '../support/panelViews';
import { expectSent } from '../support/sent';

let pages: ConfigPages;
let panel: OpenedConfig;

beforeAll(async () => {
  pages = await ConfigPages.start();
});
afterAll(() => pages.stop());
beforeEach(async () => {
  panel = await pages.open();
  await expectSent(panel, [{ type: 'ready' }]);
  await panel.show(digits);
  await panel.page.getByText('digits.pb').waitFor();
});
afterEach(async () => {
  expect(panel.problems).toEqual([]);
  await panel.page.close();
});

describe('the config panel', () => {
  it('says that no model is open', async () => {
    await panel.show(undefined);
    await panel.page.getByRole('heading', { name: 'No model is open' }).waitFor();
    expect(await panel.page.getByRole('heading').count()).toBe(1);
  });

  it('opens the file, and asks for a profile', async () => {
    await panel.page.getByRole('button', { name: 'digits.mixed-precision.json' }).click();
    await panel.page.getByRole('button', { name: 'Profiles…' }).click();
    await expectSent(panel, [{ type: 'openFile' }, { type: 'chooseProfile' }]);
    await panel.show({ ...digits, file: undefined });
    await panel.page.getByRole('button', { name: 'Defaults, no config file yet' }).waitFor();
  });

  it('shows the own list of BF16 ops, and gives it up', async () => {
    await panel.page.getByText('BF16 list: the built-in one').waitFor();
    await panel.show(filled);
    await panel.page.getByText('BF16 list: own list of 3 entries').waitFor();
    await panel.page.getByRole('button', { name: 'Open in file', exact: true }).click();
    await panel.page.getByRole('button', { name: 'Use the built-in list' }).click();
    await expectSent(panel, [{ type: 'openFile', path: ['bf16_ops'] }, { type: 'clearBf16Ops' }]);
  });

  it('tries what the pointer rests on, until it leaves', async () => {
    await panel.page.getByText('Use BF16', { exact: true }).hover();
    await expect.poll(() => panel.received()).toEqual([{ type: 'try', change: { type: 'setUseBf16', value: false } }]);
    await panel.page.mouse.move(1, 1);
    await expect.poll(() => panel.received()).toEqual([{ type: 'try' }]);
  });

  it('ends the try when what the pointer rests on goes', async () => {
    await panel.show(filled);
    await panel.page.getByRole('button', { name: 'Use the built-in list' }).hover();
    await expect.poll(() => panel.received()).toEqual([{ type: 'try', change: { type: 'clearBf16Ops' } }]);
    await panel.show(digits);
    await expect.poll(() => panel.received()).toEqual([{ type: 'try' }]);
  });

  it('remembers which parts are closed', async () => {
    await panel.page.locator('summary', { hasText: 'Overrides' }).click();
    await expect.poll(() => panel.page.evaluate(() => window.persisted)).toEqual({ closed: ['overrides', 'preparation'] });
    const again = await pages.open('dark-modern', { state: { closed: ['overrides'] } });
    await again.show(digits);
    await again.page.getByRole('textbox', { name: 'Filter rows' }).waitFor();
    expect(await again.page.getByRole('textbox', { name: 'Pattern of op names' }).isVisible()).toBe(false);
    await again.page.close();
  });

  it('sends the switch', async () => {
    await panel.page.getByRole('switch', { name: 'Use BF16' }).click();
    await expectSent(panel, [{ type: 'setUseBf16', value: false }]);
  });

  it('says why arithmetic stays FP32, and sends what shall not', async () => {
    const softmax = panel.page.getByRole('checkbox', { name: /^Softmax/ });
    expect(await softmax.isChecked()).toBe(true);
    expect(await panel.page.getByRole('checkbox', { name: /^Normalization/ }).isChecked()).toBe(false);
    await panel.page.getByText('its probabilities no longer add up to 1').waitFor();
    await softmax.click();
    await panel.page.getByRole('checkbox', { name: /^Normalization/ }).click();
    await expectSent(panel, [
      { type: 'setSensitiveOps', name: 'softmax', staysFp32: false },
      { type: 'setSensitiveOps', name: 'normalization', staysFp32: true },
    ]);
    await panel.show({ ...digits, sensitiveOps: [] });
    await softmax.waitFor({ state: 'hidden' });
  });

  it('lists problems, the worst first, each with its ways out', async () => {
    const problems = [
      { message: 'Matches nothing.', severity: 'warning', path: ['op_name_dict', 'x'], fixes: [{ title: 'Remove it', edits: [{ path: ['op_name_dict', 'x'], value: undefined }] }] },
      { message: 'Unknown key.', severity: 'error', path: ['use_bf61'], fixes: [] },
      { message: 'Softmax stays FP32.', severity: 'information', fixes: [] },
    ] as const;
    await panel.show({ ...digits, problems });
    const list = panel.page.getByRole('region', { name: 'Problems' });
    expect(await list.getByRole('status').textContent()).toBe('3 problems');
    expect(await list.getByRole('listitem').locator('p').allTextContents()).toEqual(['Unknown key.', 'Matches nothing.', 'Softmax stays FP32.']);
    expect(await list.getByRole('listitem').getByRole('img').evaluateAll((signs) => signs.map((sign) => sign.getAttribute('aria-label')))).toEqual(['Error', 'Warning', 'Note']);
    expect(await list.getByRole('alert').isVisible()).toBe(false);
    await list.getByRole('button', { name: 'Show in file' }).last().click();
    await list.getByRole('button', { name: 'Remove it' }).click();
    await expectSent(panel, [{ type: 'openFile', path: ['op_name_dict', 'x'] }, { type: 'applyEdits', edits: [{ path: ['op_name_dict', 'x'], value: undefined }] }]);
  });

  it('says that a faulty file leaves the last valid config in force', async () => {
    await panel.show({ ...digits, isFaulty: true, problems: [{ message: 'Unknown key.', severity: 'error', path: ['use_bf61'], fixes: [] }] });
    expect(await panel.page.getByRole('alert').textContent()).toBe('The file has errors. Until they are corrected, the last valid config is in force.');
    await panel.show(digits);
    await panel.page.getByRole('alert').waitFor({ state: 'hidden' });
  });

  it('folds long lists of problems', async () => {
    await panel.show(long);
    const rows = panel.page.getByRole('region', { name: 'Problems' }).getByRole('listitem');
    await panel.page.getByRole('button', { name: '12 more' }).waitFor();
    expect(await rows.count()).toBe(5);
    await panel.page.getByRole('button', { name: '12 more' }).click();
    await expect.poll(() => rows.count()).toBe(17);
    await panel.page.getByRole('button', { name: 'Show fewer' }).click();
    await expect.poll(() => rows.count()).toBe(5);
  });

  it('shows names from the model as text', async () => {
    const name = '<img src=x onerror=alert(1)>';
    await panel.show({ ...digits, opTypes: [opTypeRow(name, 1, 'auto', [], {})], overrides: [{ pattern: name, choice: 'fp32', matches: 0 }], problems: [{ message: name, severity: 'warning', fixes: [] }] });
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
    await themed.page.screenshot({ path: `test-results/config-${theme}.png`, fullPage: true });
    expect(themed.problems).toEqual([]);
    await themed.page.close();
  });
});
