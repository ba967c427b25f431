import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digitsCnn } from '../support/digitsCnn';
import { drawn, nextFrames, styles } from '../support/cytoscape';
import { GraphPages } from '../support/page';
import { expandedState } from '../support/states';
import { themes, type ThemeName } from '../support/themes';

let pages: GraphPages;
beforeAll(async () => {
  pages = await GraphPages.start();
});
afterAll(() => pages.stop());

/** Contrast ratio of WCAG 2.2 between two `rgb(r,g,b)` colours. */
function contrast(a: string, b: string): number {
  const luminance = (colour: string): number => {
    const [r, g, b] = colour.match(/\d+/g)!.map((value) => Number(value) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
  };
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

describe.each(Object.keys(themes) as ThemeName[])('%s', (theme) => {
  it('has enough contrast: 4.5 for text, 3 for outlines and letters', async () => {
    const graph = digitsCnn();
    const { page, show } = await pages.open({ theme, height: 1800, state: expandedState(graph, 3) });
    await show(graph, 3);
    await page.waitForSelector('.notice', { state: 'hidden' });
    await nextFrames(page);
    await page.locator('.stage').press('f');
    await nextFrames(page);
    const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    for (const precision of ['fp32', 'bf16', 'int8', 'other']) {
      expect(await drawn(page, `.op.${precision}`)).not.toEqual([]);
      const style = await styles(page, `.op.${precision}`);
      expect(contrast(style.color, style.fill)).toBeGreaterThanOrEqual(4.5);
      expect(contrast(style.border, paper)).toBeGreaterThanOrEqual(3);
    }
    const cast = await styles(page, '.mark.cast');
    expect(contrast(cast.color, cast.fill)).toBeGreaterThanOrEqual(4.5);
    const ghost = await styles(page, '.mark.cast.folded');
    expect(contrast(ghost.color, ghost.fill)).toBeGreaterThanOrEqual(4.5);
    const edge = await styles(page, 'edge');
    expect(contrast(edge.line, paper)).toBeGreaterThanOrEqual(3);
    await page.close();
  });
});
