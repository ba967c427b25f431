import type { Core } from 'cytoscape';
import type { Page } from 'playwright-core';

export interface DrawnElement {
  readonly id: string;
  readonly classes: readonly string[];
  readonly label: string | undefined;
  readonly x: number;
  readonly y: number;
  /** Centre on the screen, from the corner of the page. */
  readonly screen: { readonly x: number; readonly y: number };
  readonly fill: string;
}

/** What cytoscape holds of the given selector; it keeps itself at its container. */
export function drawn(page: Page, selector: string): Promise<DrawnElement[]> {
  return page.evaluate((wanted) => {
    const container = document.querySelector('.near') as HTMLElement & { _cyreg: { cy: Core } };
    const { left, top } = container.getBoundingClientRect();
    return container._cyreg.cy
      .nodes(wanted)
      .toArray()
      .map((element) => ({
        id: element.id(),
        classes: [...(element.classes())],
        label: element.data('label') as string | undefined,
        x: element.position().x,
        y: element.position().y,
        screen: { x: left + element.renderedPosition().x, y: top + element.renderedPosition().y },
        fill: element.style('background-color') as string,
      }));
  }, selector);
}

export function elementCount(page: Page): Promise<number> {
  return page.evaluate(() => (document.querySelector('.near') as HTMLElement & { _cyreg: { cy: Core } })._cyreg.cy.elements().length);
}

/** Resolves after the frames in which the window of elements is refilled. */
export function nextFrames(page: Page): Promise<void> {
  return page.evaluate(() => new Promise<void>((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))));
}

/** Colours of the first element of a selector. */
export function styles(page: Page, selector: string): Promise<{ fill: string; color: string; border: string; line: string }> {
  return page.evaluate((wanted) => {
    const { cy } = (document.querySelector('.near') as HTMLElement & { _cyreg: { cy: Core } })._cyreg;
    const style = cy.elements(wanted).first().style() as Record<string, string>;
    return { fill: style['backgroundColor']!, color: style['color']!, border: style['borderColor']!, line: style['lineColor']! };
  }, selector);
}
