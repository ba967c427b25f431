import type { StylesheetJson } from 'cytoscape';
import type { Precision } from '../../protocol';
import { PRECISIONS } from '../../tables';
import type { Theme } from '../theme';
import { GROUP_HEIGHT, NAME_FONT, NODE_HEIGHT, OP_FONT, STUB_FONT } from '../layout/cardSizes';
import { CHEVRON, CHIP, chipImage, closedChevron, GROUP_LABEL, openChevron } from './images';
import { MARK_HEIGHT } from './marks';

export const MIX_HEIGHT = 4;
/** Of the label of an open group, which is a button. */
export const HEADER_HEIGHT = 20;
export const HEADER_TEXT = 20;

/** Outlines tell precisions apart where the theme allows no fills; that of INT8 is also thicker. */
const OUTLINES: Readonly<Record<Precision, 'solid' | 'dashed' | 'dotted'>> = { fp32: 'solid', bf16: 'dashed', int8: 'solid', other: 'dotted' };
const data = (field: string): number => `data(${field})` as unknown as number;
const image = (url: string, width: number, height: number): object => ({
  'background-image': url,
  'background-width': `${width}px`,
  'background-height': `${height}px`,
  'background-position-x': '0px',
  'background-fit': 'none',
  'background-clip': 'node',
});

/** Style sheet of the near view: classes and geometry from the elements' data, colours from the theme. */
export function stylesheet(theme: Theme): StylesheetJson {
  return [
    // Otherwise cytoscape draws every edge below every node, boxes included.
    { selector: '*', style: { 'z-index-compare': 'manual', 'overlay-opacity': 0 } },
    { selector: 'node', style: { 'font-family': theme.font, 'min-zoomed-font-size': 5, 'text-events': 'no', 'border-position': 'inside', 'text-halign': 'right', 'text-valign': 'center' } },
    { selector: '.anchor', style: { width: 1, height: 1, 'background-opacity': 0, events: 'no' } },
    ...cards(theme),
    ...boxes(theme),
    ...lines(theme),
    ...stubs(theme),
    ...marks(theme),
    { selector: '.dimmed', style: { opacity: 0.2 } },
  ] as StylesheetJson;
}

function cards(theme: Theme): object[] {
  const { highContrast } = theme;
  const border = highContrast ? 2 : 1.25;
  return [
    {
      selector: '.card',
      style: { shape: 'round-rectangle', 'corner-radius': '6px', width: data('width'), height: data('height'), label: data('label'), color: theme.foreground, 'font-size': OP_FONT, 'font-weight': 600, 'text-margin-x': data('margin'), 'border-width': border, 'z-index': 10 },
    },
    { selector: '.op', style: { 'background-color': theme.background, 'border-color': theme.dim, 'text-margin-y': -8 } },
    { selector: '.terminal', style: { 'corner-radius': `${NODE_HEIGHT / 2}px` } },
    ...PRECISIONS.map((precision) => ({
      selector: `.op.${precision}`,
      style: {
        'background-color': theme.fill[precision],
        'border-color': theme.precision[precision],
        ...(highContrast ? { 'border-style': OUTLINES[precision], 'border-width': precision === 'int8' ? 4 : border } : {}),
        ...image(chipImage(precision, theme), CHIP, NODE_HEIGHT),
      },
    })),
    {
      selector: '.group',
      style: { 'background-color': theme.card, 'border-color': theme.cardLine, 'text-margin-y': GROUP_LABEL - GROUP_HEIGHT / 2, ...image(closedChevron(theme), CHIP, GROUP_HEIGHT) },
    },
    // Cards below a card: it stands for several.
    { selector: '.group.repeat', style: { ghost: 'yes', 'ghost-offset-x': 4, 'ghost-offset-y': 4, 'ghost-opacity': 0.6 } },
    { selector: '.card.gone', style: { 'border-style': 'dashed', 'border-width': 1, 'border-color': highContrast ? theme.dim : theme.edge, 'background-color': theme.background, color: theme.dim, 'font-weight': 400 } },
    { selector: '.card.unmeasured', style: { 'background-color': theme.background } },
    ...theme.heat.map((colour, level) => ({ selector: `.card.heat${level}`, style: { 'background-color': colour } })),
    { selector: '.card.hover', style: { 'border-width': border + 0.75 } },
    { selector: '.card.selected', style: { 'border-width': 3, 'border-style': 'solid', 'border-color': theme.focus } },
    {
      selector: '.name',
      style: { width: data('width'), height: data('height'), 'background-opacity': 0, label: data('label'), color: theme.dim, 'font-size': NAME_FONT, 'text-margin-x': data('margin'), 'text-margin-y': 8, events: 'no', 'z-index': 11 },
    },
    { selector: '.name.ofGroup', style: { 'text-margin-y': 4 } },
    {
      selector: '.mix',
      style: {
        shape: 'round-rectangle',
        'corner-radius': `${MIX_HEIGHT / 2}px`,
        width: data('width'),
        height: MIX_HEIGHT,
        'background-fill': 'linear-gradient',
        'background-gradient-direction': 'to-right',
        'background-gradient-stop-colors': PRECISIONS.flatMap((precision) => [theme.precision[precision], theme.precision[precision]]).join(' '),
        'background-gradient-stop-positions': data('stops'),
        events: 'no',
        'z-index': 12,
      },
    },
  ];
}

function boxes(theme: Theme): object[] {
  return [
    { selector: '.box', style: { shape: 'round-rectangle', 'corner-radius': '8px', width: data('width'), height: data('height'), 'border-width': 1, 'border-color': theme.line, events: 'no' } },
    {
      selector: '.header',
      style: {
        shape: 'round-rectangle',
        'corner-radius': '4px',
        width: data('width'),
        height: HEADER_HEIGHT,
        label: data('label'),
        color: theme.dim,
        'font-size': NAME_FONT,
        'text-margin-x': data('margin'),
        ...image(openChevron(theme), CHEVRON, CHEVRON),
        'background-position-x': '4px',
        'z-index': 8,
      },
    },
    { selector: '.header.hover', style: { color: theme.foreground } },
    // Boxes are opaque, the inner ones above and a little brighter; a line passes behind the label.
    ...theme.boxes.map((colour, depth) => ({ selector: `.depth${depth}`, style: { 'background-color': colour } })),
    ...theme.boxes.map((_, depth) => ({ selector: `.box.depth${depth}`, style: { 'z-index': depth - theme.boxes.length } })),
    { selector: '.box.selected', style: { 'border-width': 2, 'border-color': theme.focus } },
    { selector: '.header.selected', style: { color: theme.foreground } },
  ];
}

function lines(theme: Theme): object[] {
  return [
    { selector: 'edge', style: { width: 1.25, 'line-color': theme.edge, 'source-endpoint': data('start'), 'target-endpoint': data('end'), events: 'no', 'z-index': 5 } },
    { selector: '.arrow', style: { 'target-arrow-color': theme.edge, 'target-arrow-shape': 'triangle', 'arrow-scale': 0.75 } },
    { selector: '.straight', style: { 'curve-style': 'straight' } },
    { selector: '.curved', style: { 'curve-style': 'unbundled-bezier', 'edge-distances': 'endpoints', 'control-point-distances': data('distances'), 'control-point-weights': data('weights') } },
    { selector: 'edge.gone', style: { 'line-style': 'dotted', opacity: 0.6 } },
    { selector: 'edge.near', style: { width: 2, 'line-color': theme.focus, 'target-arrow-color': theme.focus, opacity: 1, 'z-index': 7 } },
  ];
}

function stubs(theme: Theme): object[] {
  return [
    {
      selector: '.stub',
      style: {
        shape: 'round-rectangle',
        'corner-radius': '8px',
        width: data('width'),
        height: data('height'),
        'background-color': theme.background,
        'border-width': 1,
        'border-color': theme.cardLine,
        label: data('label'),
        color: theme.dim,
        'font-size': STUB_FONT,
        'text-margin-x': data('margin'),
        'z-index': 9,
      },
    },
    { selector: '.stub.hover', style: { color: theme.foreground } },
    { selector: '.stub.near', style: { 'border-color': theme.focus, 'border-width': 2 } },
    { selector: '.stub.gone', style: { 'border-style': 'dashed' } },
    { selector: '.stem', style: { width: 1 } },
  ];
}

function marks(theme: Theme): object[] {
  return [
    {
      selector: '.mark',
      style: {
        shape: 'round-rectangle',
        'corner-radius': `${MARK_HEIGHT / 2}px`,
        width: data('width'),
        height: MARK_HEIGHT,
        label: data('label'),
        'text-margin-x': data('margin'),
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
    { selector: '.mark.hover', style: { 'border-width': 1.5, 'border-color': theme.foreground } },
    { selector: '.mark.selected', style: { 'border-width': 2, 'border-style': 'solid', 'border-color': theme.focus } },
  ];
}
