import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graphTables } from '../../../src/engine/report/graphTables';
import type { GraphTables } from '../../../webview/protocol';
import { convertSample } from '../support/engineHost';
import { bert, resNet50 } from '../support/generatedGraphs';
import { differenceFromGolden } from '../support/goldens';
import { GraphPages } from '../support/page';
import { themes, type ThemeName } from '../support/themes';

/** Share of a picture that may look different: fonts are not the same everywhere. */
const TOLERANCE = 0.03;

async function sample(file: string, config: object, calibration?: string): Promise<GraphTables> {
  const converted = await convertSample(file, { use_bf16: true, ...config }, calibration);
  await converted.close();
  return converted.tables;
}

const models: Readonly<Record<string, () => Promise<GraphTables>>> = {
  digits_cnn: () => sample('digits_cnn.pb', { op_name_dict: { '.*/(depthwise_conv2d|conv2d_3)_1/.*': 'bf16' } }, 'digits_calibration.npz'),
  digits_transformer: () => sample('digits_transformer.pb', {}),
  digits_gru: () => sample('digits_gru.pb', {}),
  resnet50: async () => graphTables(resNet50()),
  bert: async () => graphTables(bert()),
};
/** Keys that lead from one picture to the next. */
const zooms = { whole: ['f'], half: ['0', '-', '-', '-'], full: ['0'] } as const;

let pages: GraphPages;
beforeAll(async () => {
  pages = await GraphPages.start();
});
afterAll(() => pages.stop());

describe.each(Object.entries(models))('%s', (model, load) => {
  const tables = load();

  it.each(Object.keys(themes) as ThemeName[])('looks as it did in %s', async (theme) => {
    const { page, post, problems } = await pages.open({ theme, width: 960, height: 600 });
    const graph = await tables;
    await post({ type: 'graph', graph, shown: graph.snapshots.length - 1 });
    await page.waitForSelector('.notice', { state: 'hidden' });
    for (const [zoom, keys] of Object.entries(zooms)) {
      for (const key of keys) await page.locator('.stage').press(key);
      await page.waitForTimeout(400); // Moves are over.
      // Images of letters may come later on a busy machine.
      await expect.poll(async () => differenceFromGolden(page, `${model}-${theme}-${zoom}`, await page.screenshot()), { timeout: 15_000, interval: 500, message: zoom }).toBeLessThanOrEqual(TOLERANCE);
    }
    expect(problems).toEqual([]);
    await page.close();
  });
});
