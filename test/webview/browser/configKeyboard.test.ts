import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ConfigPages, type OpenedConfig } from '../support/configPages';
import { PanelHost } from '../support/panelHost';
import { filled } from '../support/panelViews';

let pages: ConfigPages;
let panel: OpenedConfig;

beforeAll(async () => {
  pages = await ConfigPages.start();
});
afterAll(() => pages.stop());
beforeEach(async () => {
  panel = await pages.open();
});
afterEach(async () => {
  expect(panel.problems).toEqual([]);
  await panel.page.close();
});

interface Stop {
  readonly name: string;
  readonly hasRing: boolean;
}

/** What has the focus, inside the toolkit's elements, too; undefined where nothing has. */
function stopOf(page: Page): Promise<Stop | undefined> {
  return page.evaluate(() => {
    const host = document.activeElement;
    if (host === null || host === document.body) return undefined;
    const control = (host.shadowRoot?.activeElement ?? host) as HTMLElement;
    const name = control.getAttribute('aria-label') ?? (control as HTMLInputElement).labels?.[0]?.textContent ?? (host.textContent || control.textContent) ?? '';
    const drawn = [control, host, control.closest('label'), host.shadowRoot?.querySelector('.root')].filter((element) => element instanceof Element);
    const hasRing = drawn.some((element) => {
      const { outlineStyle, outlineWidth, borderColor } = getComputedStyle(element);
      return (outlineStyle !== 'none' && outlineWidth !== '0px') || borderColor === 'rgb(0, 120, 212)';
    });
    return { name, hasRing };
  });
}

/** Presses Tab until the control with this name has the focus. */
async function tabTo(page: Page, name: string, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  for (let presses = 0; presses < 200; presses++) {
    await page.keyboard.press(key);
    if ((await stopOf(page))?.name === name) return;
  }
  throw new Error(`Tab does not lead to "${name}"`);
}

describe('by keyboard alone', () => {
  it('a config is made', async () => {
    const host = await PanelHost.open(panel, 'digits_cnn.pb', '{ "op_type_dict": { "Conv3D": "fp32" } }');
    const { page } = panel;
    await page.getByRole('heading', { name: 'digits_cnn.pb' }).waitFor();
    const { keyboard } = page;

    await tabTo(page, 'Use BF16');
    await keyboard.press('Space');
    await expect.poll(() => host.config()).toMatchObject({ use_bf16: true });

    await tabTo(page, 'Filter rows');
    await keyboard.type('bf16');
    await page.getByText(/^\d+ of \d+ op types$/).waitFor();
    for (const op of ['Conv2D', 'MatMul', 'Relu']) {
      await tabTo(page, `Select ${op}`);
      await keyboard.press('Space');
    }
    await page.getByRole('group', { name: 'Selected op types' }).getByText('3 op types').waitFor();
    await tabTo(page, 'All selected: Auto: INT8 or BF16 where that is safe', 'Shift+Tab');
    await keyboard.press('ArrowLeft');
    await expect.poll(() => host.config()).toMatchObject({ op_type_dict: { Conv2D: 'fp32', MatMul: 'fp32', Relu: 'fp32' } });
    expect((await stopOf(page))?.name).toBe('All selected: FP32: as in the original model');

    await tabTo(page, 'Pattern of op names');
    await keyboard.type('.*Softmax');
    await expect.poll(async () => {
      await host.config();
      return page.getByRole('group', { name: 'New override' }).getByRole('status').textContent();
    }).toMatch(/^Matches 1 op: /);
    await keyboard.press('Enter');
    await expect.poll(() => host.config()).toMatchObject({ op_name_dict: { '.*Softmax': 'fp32' } });
    expect((await stopOf(page))?.name).toBe('Pattern of op names');

    await tabTo(page, 'Remove', 'Shift+Tab');
    await keyboard.press('Enter');
    await expect.poll(() => host.config()).toEqual({ use_bf16: true, op_type_dict: { Conv2D: 'fp32', MatMul: 'fp32', Relu: 'fp32' }, op_name_dict: { '.*Softmax': 'fp32' } });
    // The problem is gone and its button with it.
    await page.getByRole('region', { name: 'Problems' }).waitFor({ state: 'hidden' });
    expect(await stopOf(page)).toBeDefined();
    await host.close();
  });

  it('every control is reached, and shows that it is', async () => {
    await panel.show(filled);
    await panel.page.getByRole('heading', { name: 'digits.pb' }).waitFor();
    const stops: Stop[] = [];
    for (;;) {
      await panel.page.keyboard.press('Tab');
      const stop = await stopOf(panel.page);
      if (stop === undefined) break;
      stops.push(stop);
    }
    expect(stops.filter(({ hasRing }) => !hasRing)).toEqual([]);
    // A group of radio buttons is one stop; those inside the toolkit's elements count.
    const controls = panel.page.locator('summary, button, input:not([type="radio"]), select, [role="radiogroup"]');
    expect(stops.length).toBe(await controls.evaluateAll((all) => all.filter((each) => each.checkVisibility()).length));
  });
});
