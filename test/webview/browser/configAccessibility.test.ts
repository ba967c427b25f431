import { source, type AxeResults } from 'axe-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ConfigView, ToConfig } from '../../../webview/protocol';
import { ConfigPages, type OpenedConfig } from '../support/configPages';
import { defaults, faulty, filled, long, modules } from '../support/panelViews';
import type { ThemeName } from '../support/themes';

const THEMES: readonly ThemeName[] = ['dark-modern', 'light-modern', 'high-contrast', 'high-contrast-light'];

interface State {
  readonly name: string;
  readonly config: ConfigView | undefined;
  readonly arrange?: (panel: OpenedConfig) => Promise<void>;
}

const trial: ToConfig = {
  type: 'trial', outcome: { precision: { fp32: 9, bf16: 0, int8: 0, other: 3 }, casts: { inserted: 0, folded: 0, remaining: 0, lowerBound: null }, assumesRanges: true },
};

const STATES: readonly State[] = [
  { name: 'with no model', config: undefined },
  { name: 'with defaults', config: defaults },
  {
    name: 'with everything filled', config: filled,
    arrange: async (panel) => {
      const { page } = panel;
      await page.getByRole('checkbox', { name: 'Select Conv2D' }).click();
      await page.getByRole('checkbox', { name: 'Select ArgMax' }).click();
      await page.getByRole('button', { name: 'MatMul' }).click();
      await page.getByRole('textbox', { name: 'Filter rows' }).fill('a');
      await page.getByRole('textbox', { name: 'Pattern of op names' }).fill('head(');
      await page.waitForTimeout(300);
      await panel.post({ type: 'matches', pattern: 'head(', count: 0, names: [], problem: '"head(" is no regular expression' });
      await panel.post(trial);
      await page.getByText('"head(" is no regular expression').waitFor();
    },
  },
  { name: 'with modules', config: modules },
  { name: 'with a faulty file', config: faulty },
  {
    name: 'with long lists', config: long,
    arrange: async ({ page }) => {
      await page.getByRole('button', { name: '12 more' }).click();
      await page.getByRole('button', { name: 'Show fewer' }).waitFor();
    },
  },
  {
    name: 'with its parts closed', config: filled,
    arrange: async ({ page }) => {
      for (const part of await page.locator('summary').all()) await part.click();
      await page.getByRole('textbox', { name: 'Filter rows' }).waitFor({ state: 'hidden' });
    },
  },
];

let pages: ConfigPages;
let panel: OpenedConfig;

beforeAll(async () => {
  pages = await ConfigPages.start();
});
afterAll(() => pages.stop());
afterEach(async () => {
  expect(panel.problems).toEqual([]);
  await panel.page.close();
});

describe.each(THEMES)('the panel in %s', (theme) => {
  beforeEach(async () => {
    panel = await pages.open(theme);
  });

  it.each(STATES)('breaks no rule of axe $name', async ({ config, arrange }) => {
    await panel.show(config);
    await panel.page.getByRole('heading', { level: 1 }).waitFor();
    await arrange?.(panel);
    expect(await violations(panel)).toEqual([]);
  });
});

/** All rules, best practices among them, in shadow trees, too. */
async function violations({ page }: OpenedConfig): Promise<readonly string[]> {
  await page.evaluate(source);
  const { violations: found, passes } = await page.evaluate(() => (window as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run());
  // A page that is empty or covered would break no rule either.
  expect(passes.map(({ id }) => id)).toEqual(expect.arrayContaining(['color-contrast', 'page-has-heading-one', 'landmark-one-main']));
  return found.flatMap(({ id, help, nodes }) => nodes.map(({ target, any }) => `${id}: ${help}: ${target.join(' ')}: ${any.map(({ message }) => message).join(' ')}`));
}
