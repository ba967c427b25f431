import type { StylesheetJson } from 'cytoscape';
import type { Precision } from '../protocol';
import { NODE_HEIGHT } from './layout/types';
import { MARK_HEIGHT } from './marks';
import { LETTERS, PRECISIONS } from './precision';
import { NODE_WIDTHS, TEXT_LEFT } from './scene';
import type { Theme } from './theme';

const CHIP = 24;
export const OP_FONT = 12;
export const NAME_FONT = 10.5;
/** Outlines tell precisions apart where the theme allows no fills; that of INT8 is also thicker. */
const OUTLINES: Readonly<Record<Precision, 'solid' | 'dashed' | 'dotted'>> = { fp32: 'solid', bf16: 'dashed', int8: 'solid', other: 'dotted' };

/** Style sheet of the near view: classes and geometry from the elements' data, colours from the theme. */
export function stylesheet(theme: Theme): StylesheetJson {
  const { highContrast } = theme;
  const border = highContrast ? 2 : 1.25;
  const label = { 'font-family': theme.font, 'min-zoomed-font-size': 5, 'text-events': 'no' } as const;
  const beside = { 'text-halign': 'right', 'text-valign': 'center' } as const;
  return [
    // Otherwise cytoscape draws every edge below every node, boxes included.
    { selector: '*', style: { 'z-index-compare': 'manual', 'overlay-opacity': 0 } },
    { selector: 'node', style: { ...label, 'border-position': 'inside' } },
    { selector: '.anchor', style: { width: 1, height: 1, 'background-opacity': 0, events: 'no' } },
    {
      selector: '.op',
      style: {
        ...beside,
        shape: 'round-rectangle',
        'corner-radius': '6px',
        height: NODE_HEIGHT,
        'background-color': theme.background,
        'border-width': border,
        'border-color': theme.dim,
        label: 'data(label)',
        color: theme.foreground,
        'font-size': OP_FONT,
        'font-weight': 600,
        'text-margin-y': -8,
        'z-index': 10,
      },
    },
    { selector: '.terminal', style: { 'corner-radius': `${NODE_HEIGHT / 2}px` } },
    {
      selector: '.name',
      style: { ...beside, height: NODE_HEIGHT, 'background-opacity': 0, 'border-width': 0, label: 'data(label)', color: theme.dim, 'font-size': NAME_FONT, 'text-margin-y': 8, events: 'no', 'z-index': 11 },
    },
    ...NODE_WIDTHS.map((width) => ({ selector: `.w${width}`, style: { width, 'text-margin-x': TEXT_LEFT - width } })),
    ...PRECISIONS.map((precision) => ({
      selector: `.op.${precision}`,
      style: {
        'background-color': theme.fill[precision],
        'border-color': theme.precision[precision],
        ...(highContrast ? { 'border-style': OUTLINES[precision], 'border-width': precision === 'int8' ? 4 : border } : {}),
        'background-image': chip(LETTERS[precision], theme.precision[precision], theme.background),
        'background-width': `${CHIP}px`,
        'background-height': `${NODE_HEIGHT}px`,
        'background-position-x': '0px',
        'background-fit': 'none',
        'background-clip': 'node',
      } as const,
    })),
    { selector: '.op.gone', style: { 'border-style': 'dashed', 'border-width': 1, 'border-color': highContrast ? theme.dim : theme.edge, 'background-color': theme.background, color: theme.dim, 'font-weight': 400 } },
    { selector: '.op.hover', style: { 'border-width': border + 0.75 } },
    { selector: '.op.selected', style: { 'border-width': 3, 'border-style': 'solid', 'border-color': theme.focus } },
    { selector: '.box', style: { shape: 'round-rectangle', 'corner-radius': '8px', width: 'data(width)', height: 'data(height)', 'border-width': 1, 'border-color': theme.line, events: 'no' } },
    {
      selector: '.boxLabel',
      style: { ...beside, width: 2, height: 2, 'background-opacity': 0, label: 'data(label)', color: theme.dim, 'font-size': NAME_FONT, 'text-background-opacity': 1, 'text-background-padding': '3px', events: 'no', 'z-index': 8 },
    },
    // Boxes are opaque, the inner ones above and a little brighter; an edge passes behind the label.
    ...theme.boxes.flatMap((colour, depth) => [
      { selector: `.box.depth${depth}`, style: { 'background-color': colour, 'z-index': depth - theme.boxes.length } },
      { selector: `.boxLabel.depth${depth}`, style: { 'text-background-color': colour } },
    ]),
    {
      selector: 'edge',
      style: {
        width: 1.25,
        'line-color': theme.edge,
        'target-arrow-color': theme.edge,
        'target-arrow-shape': 'triangle',
        'arrow-scale': 0.75,
        'source-endpoint': 'data(start)',
        'target-endpoint': 'data(end)',
        events: 'no',
        'z-index': 5,
      },
    },
    { selector: '.straight', style: { 'curve-style': 'straight' } },
    {
      selector: '.curved',
      style: {
        'curve-style': 'unbundled-bezier',
        // Known to cytoscape, not yet to its types.
        'edge-distances': 'endpoints' as 'intersection',
        'control-point-distances': 'data(distances)' as unknown as number[],
        'control-point-weights': 'data(weights)' as unknown as number[],
      },
    },
    { selector: 'edge.gone', style: { 'line-style': 'dotted', opacity: 0.6 } },
    { selector: '.near', style: { width: 2, 'line-color': theme.focus, 'target-arrow-color': theme.focus, opacity: 1, 'z-index': 7 } },
    {
      selector: '.mark',
      style: {
        shape: 'round-rectangle',
        'corner-radius': `${MARK_HEIGHT / 2}px`,
        width: 'data(width)',
        height: MARK_HEIGHT,
        label: 'data(label)',
        ...beside,
        'text-margin-x': 'data(margin)' as unknown as number,
        'font-family': 'ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace',
        'font-size': 10,
        'font-weight': 600,
        'z-index': 20,
      },
    },
    { selector: '.mark.cast', style: { 'background-color': theme.cast, color: theme.background } },
    { selector: '.mark.quantize', style: { 'background-color': theme.fill.int8, 'border-width': 1, 'border-color': theme.precision.int8, color: theme.precision.int8, 'font-weight': 400 } },
    { selector: '.mark.folded', style: { 'background-color': theme.background, 'border-width': 1, 'border-style': 'dashed', 'border-color': theme.cast, color: theme.cast, 'font-weight': 400 } },
    { selector: '.mark.folded.quantize', style: { 'border-color': theme.precision.int8, color: theme.precision.int8 } },
    { selector: '.mark.selected', style: { 'border-width': 2, 'border-style': 'solid', 'border-color': theme.focus } },
  ];
}

/** The letter at the left edge of a node, as an image; the dot of "other" is drawn, not written. */
function chip(letter: string, colour: string, paper: string): string {
  const sign =
    letter === '·'
      ? `<circle cx="${CHIP / 2}" cy="${NODE_HEIGHT / 2}" r="2.5" fill="${paper}"/>`
      : `<text x="${CHIP / 2}" y="${NODE_HEIGHT / 2 + 4}" text-anchor="middle" font-family="ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="11" font-weight="700" fill="${paper}">${letter}</text>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${CHIP}" height="${NODE_HEIGHT}"><rect width="${CHIP}" height="${NODE_HEIGHT}" fill="${colour}"/>${sign}</svg>`;
  return `data:image/svg+xml;utf8,${encodeURIComponent(svg)}`;
}
