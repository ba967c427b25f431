import { LETTERS } from '../precision';
import type { Precision } from '../../protocol';
import { GROUP_HEIGHT, NODE_HEIGHT } from '../layout/cardSizes';
import type { Theme } from '../theme';

/** Width of the column at the left of a card: the letter of an op, the chevron of a group. */
export const CHIP = 24;
/** From the top of a group's card to the middle of its label. */
export const GROUP_LABEL = 16;
/** Side of the chevron of a box. */
export const CHEVRON = 12;

const MONOSPACE = "ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace";

/** The letter at the left edge of an op; the dot of "other" is drawn, not written. */
export function chipImage(precision: Precision, theme: Theme): string {
  const middle = `${CHIP / 2}`;
  const letter = LETTERS[precision];
  const sign =
    letter === '·'
      ? `<circle cx="${middle}" cy="${NODE_HEIGHT / 2}" r="2.5" fill="${theme.background}"/>`
      : `<text x="${middle}" y="${NODE_HEIGHT / 2 + 4}" text-anchor="middle" font-family="${MONOSPACE}" font-size="11" font-weight="700" fill="${theme.background}">${letter}</text>`;
  return svg(CHIP, NODE_HEIGHT, `<rect width="${CHIP}" height="${NODE_HEIGHT}" fill="${theme.precision[precision]}"/>${sign}`);
}

/** Points right: opens a group. */
export function closedChevron(theme: Theme): string {
  const x = CHIP / 2 + 3;
  return svg(CHIP, GROUP_HEIGHT, stroke(`M${x - 2} ${GROUP_LABEL - 4}l4 4l-4 4`, theme.foreground));
}

/** Points down: closes a group. */
export function openChevron(theme: Theme): string {
  return svg(CHEVRON, CHEVRON, stroke('M2 4l4 4l4-4', theme.dim));
}

function stroke(path: string, colour: string): string {
  return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"/>`;
}

function svg(width: number, height: number, content: string): string {
  return `data:image/svg+xml;utf8,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${content}</svg>`)}`;
}
