import type { Precision } from '../../protocol';
import { GONE, NODE_KINDS, PRECISIONS, textAt } from '../../tables';
import { countText } from '../canvas/elements';
import { CHIP, GROUP_LABEL } from '../canvas/images';
import type { Mix } from '../canvas/mixes';
import type { Scene } from '../canvas/scene';
import { MIX_HEIGHT } from '../canvas/styles';
import { opAt } from '../describe';
import { NAME_FONT, NODE_HEIGHT, OP_FONT, TEXT_LEFT, TEXT_RIGHT } from '../layout/cardSizes';
import { GROUP_KINDS } from '../layout/picture';
import { LETTERS } from '../precision';
import type { Theme } from '../theme';
import { escape, round, tag, tooltip } from './markup';

export const MONOSPACE = "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace";
const RADIUS = 6;
/** As styles.ts draws them on the screen: in high contrast, outlines tell precisions apart. */
const DASHES: Readonly<Record<Precision, string | undefined>> = { fp32: undefined, bf16: '5 3', int8: undefined, other: '1.5 2' };

/** A card and what is on it. */
export function card(scene: Scene, item: number, theme: Theme): string {
  const of = scene.picture.items.of[item]!;
  return of >= 0 ? opCard(scene, item, of, theme) : groupCard(scene, item, ~of, theme);
}

function opCard({ picture, tables: { nodes }, moment, labels, readers }: Scene, item: number, node: number, theme: Theme): string {
  const frame = frameOf(picture.items, item);
  const room = frame.width - TEXT_LEFT - TEXT_RIGHT;
  const code = moment.precision[node]!;
  const precision = code === GONE ? undefined : PRECISIONS[code]!;
  const radius = NODE_KINDS[nodes.kind[node]!] === 'op' ? RADIUS : NODE_HEIGHT / 2;
  const op = opAt(nodes, moment, node);
  const middle = frame.top + frame.height / 2;
  const name = labels.name(node, room, readers[node]! > 0 ? ` → ${readers[node]}` : '');
  return tag(
    'g',
    {},
    tooltip(`${op}, ${textAt(nodes.names, node)}`),
    precision === undefined ? outline(frame, radius, theme.background, theme.highContrast ? theme.dim : theme.edge, 1, '4 3') : filled(frame, radius, precision, theme),
    line(labels.op(op, room), frame.left + TEXT_LEFT, middle - 8, OP_FONT, precision === undefined ? theme.dim : theme.foreground, precision === undefined ? 400 : 600),
    line(name, frame.left + TEXT_LEFT, middle + 8, NAME_FONT, theme.dim),
  );
}

function groupCard({ picture, groups, labels, mixOf }: Scene, item: number, group: number, theme: Theme): string {
  const frame = frameOf(picture.items, item);
  const room = frame.width - TEXT_LEFT - TEXT_RIGHT;
  const mix = mixOf(group);
  const isGone = mix.nodes === 0;
  const [fill, stroke] = isGone ? [theme.background, theme.edge] : [theme.card, theme.cardLine];
  const border = theme.highContrast ? 2 : 1.25;
  const dashes = isGone ? '4 3' : undefined;
  const below = tag('g', { opacity: 0.6 }, outline({ ...frame, left: frame.left + 4, top: frame.top + 4 }, RADIUS, fill, stroke, border, dashes));
  const x = frame.left + CHIP / 2 + 1;
  return tag(
    'g',
    {},
    tooltip(groups.paths[group]!),
    ...(GROUP_KINDS[groups.kind[group]!] === 'repeat' ? [below] : []),
    outline(frame, RADIUS, fill, stroke, border, dashes),
    tag('path', { d: `M${round(x)} ${round(frame.top + GROUP_LABEL - 4)}l4 4l-4 4`, fill: 'none', stroke: theme.foreground, 'stroke-width': 1.5 }),
    line(labels.group(group, room, 'op'), frame.left + TEXT_LEFT, frame.top + GROUP_LABEL, OP_FONT, theme.foreground, 600),
    line(countText(mix.nodes, mix.casts), frame.left + TEXT_LEFT, frame.top + frame.height / 2 + 4, NAME_FONT, theme.dim),
    mixBar(mix, frame.left + TEXT_LEFT, frame.top + frame.height - 2.5 * MIX_HEIGHT, room, theme),
  );
}

function mixBar({ counts, nodes }: Mix, left: number, top: number, width: number, theme: Theme): string {
  let before = 0;
  return counts
    .map((count, code) => {
      const x = left + (width * before) / nodes;
      before += count;
      return count === 0 ? '' : tag('rect', { x, y: top, width: (width * count) / nodes, height: MIX_HEIGHT, fill: theme.precision[PRECISIONS[code]!] });
    })
    .join('');
}

function filled(frame: Frame, radius: number, precision: Precision, theme: Theme): string {
  const border = !theme.highContrast ? 1.25 : precision === 'int8' ? 4 : 2;
  const colour = theme.precision[precision];
  const { left, top, height } = frame;
  const middle = { x: left + CHIP / 2, y: top + height / 2 };
  const letter = LETTERS[precision];
  return [
    outline(frame, radius, theme.fill[precision], colour, border, theme.highContrast ? DASHES[precision] : undefined),
    // The column of the letter, round where the card is.
    tag('path', { d: `M${round(left + CHIP)} ${round(top)}v${height}h${radius - CHIP}a${radius} ${radius} 0 0 1 ${-radius} ${-radius}v${2 * radius - height}a${radius} ${radius} 0 0 1 ${radius} ${-radius}z`, fill: colour }),
    letter === '·'
      ? tag('circle', { cx: middle.x, cy: middle.y, r: 2.5, fill: theme.background })
      : tag('text', { x: middle.x, y: middle.y + 4, 'text-anchor': 'middle', 'font-family': MONOSPACE, 'font-size': 11, 'font-weight': 700, fill: theme.background }, letter),
  ].join('');
}

export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export function frameOf({ x, y, width, height }: Scene['picture']['items' | 'boxes' | 'stubs'], index: number): Frame {
  return { left: x[index]! - width[index]! / 2, top: y[index]! - height[index]! / 2, width: width[index]!, height: height[index]! };
}

/** A rounded rectangle whose border lies inside the frame. */
export function outline({ left, top, width, height }: Frame, radius: number, fill: string, stroke: string, border: number, dashes?: string): string {
  return tag('rect', { x: left + border / 2, y: top + border / 2, width: width - border, height: height - border, rx: radius - border / 2, fill, stroke, 'stroke-width': border, 'stroke-dasharray': dashes });
}

/** A line of text around a height. */
export function line(text: string, x: number, y: number, size: number, fill: string, weight?: number): string {
  return tag('text', { x, y: y + size * 0.35, 'font-size': size, fill, 'font-weight': weight }, escape(text));
}
