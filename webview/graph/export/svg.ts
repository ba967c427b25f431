import { GONE, listAt, textAt } from '../../tables';
import { HEADER_LEFT, HEADER_MIDDLE } from '../canvas/elements';
import { describeMarks, MARK_HEIGHT, type PlacedMark } from '../canvas/marks';
import { edgesOfLine, isGone, type Scene } from '../canvas/scene';
import { HEADER_TEXT } from '../canvas/styles';
import { everything, linePoints } from '../canvas/visible';
import { NAME_FONT, STUB_FONT, STUB_PADDING } from '../layout/cardSizes';
import { BOX_DEPTHS, type Theme } from '../theme';
import { card, frameOf, line, MONOSPACE, outline } from './cards';
import { escape, round, tag, tooltip } from './markup';

/** Around the picture. */
export const MARGIN = 24;
const ARROW = { length: 6.5, half: 3.3 };

/** All of a picture as SVG in the colours of the theme, so many times as large. Linear in what is drawn. */
export function pictureSvg(scene: Scene, theme: Theme, scale = 1): string {
  const { picture, tables } = scene;
  const { boxes, lines, stubs, items } = everything(picture);
  const [width, height] = [picture.width + 2 * MARGIN, picture.height + 2 * MARGIN];
  const marks = [...lines, ...stubs.map((stub) => ~stub)].flatMap((place) => scene.marksAt(place));
  // Whole pixels all of which are drawn on.
  const size = { width: Math.round(width * scale), height: Math.round(height * scale), preserveAspectRatio: 'none' };
  return tag(
    'svg',
    { xmlns: 'http://www.w3.org/2000/svg', ...size, viewBox: `${-MARGIN} ${-MARGIN} ${round(width)} ${round(height)}`, 'font-family': theme.font },
    tooltip(tables.model.name),
    tag('rect', { x: -MARGIN, y: -MARGIN, width, height, fill: theme.background }),
    tag('g', { stroke: theme.line }, ...boxes.map((box) => boxFrame(scene, box, theme))),
    tag('g', { fill: 'none', stroke: theme.edge, 'stroke-width': 1.25 }, ...lines.map((one) => course(scene, one)), ...stubs.map((stub) => stem(scene, stub))),
    tag('g', { fill: theme.edge }, ...lines.map((one) => arrow(scene, one))),
    tag('g', {}, ...boxes.map((box) => boxHeader(scene, box, theme))),
    tag('g', {}, ...stubs.map((stub) => stubLabel(scene, stub, theme))),
    tag('g', {}, ...items.map((item) => card(scene, item, theme))),
    tag('g', { 'font-family': MONOSPACE }, ...marks.map((mark) => pill(mark, theme))),
  );
}

function boxFrame({ picture, boxDepths }: Scene, box: number, theme: Theme): string {
  return outline(frameOf(picture.boxes, box), 8, theme.boxes[Math.min(BOX_DEPTHS - 1, boxDepths[box]!)]!, theme.line, 1);
}

/** The label stands on the colour of its box, so that lines pass behind it. */
function boxHeader({ picture, groups, labels, boxDepths }: Scene, box: number, theme: Theme): string {
  const { left, top, width } = frameOf(picture.boxes, box);
  const group = picture.boxes.group[box]!;
  const label = labels.group(group, width - 2 * HEADER_LEFT - HEADER_TEXT - 4, 'name');
  const [x, y] = [left + HEADER_LEFT, top + HEADER_MIDDLE];
  const paper = theme.boxes[Math.min(BOX_DEPTHS - 1, boxDepths[box]!)]!;
  return tag(
    'g',
    {},
    tooltip(groups.paths[group]!),
    tag('rect', { x, y: y - 10, width: labels.width(label, 'name') + HEADER_TEXT + 6, height: 20, fill: paper }),
    tag('path', { d: `M${round(x + 6)} ${round(y - 2)}l4 4l4-4`, fill: 'none', stroke: theme.dim, 'stroke-width': 1.5 }),
    line(label, x + HEADER_TEXT, y, NAME_FONT, theme.dim),
  );
}

/** A quadratic B-spline as quadratic Béziers: from middle to middle of its control points. */
function course(scene: Scene, index: number): string {
  const points = linePoints(scene.picture, index);
  const last = points.length - 2;
  const at = (x: number, y: number): string => `${round(x)} ${round(y)}`;
  let d = `M${at(points[0]!, points[1]!)}`;
  for (let p = 2; p < last; p += 2) {
    const isLast = p + 2 === last;
    const [x, y] = isLast ? [points[last]!, points[last + 1]!] : [(points[p]! + points[p + 2]!) / 2, (points[p + 1]! + points[p + 3]!) / 2];
    d += `Q${at(points[p]!, points[p + 1]!)} ${at(x, y)}`;
  }
  if (last === 2) d += `L${at(points[2]!, points[3]!)}`;
  return tag('path', isFaded(scene, index) ? { d, 'stroke-dasharray': '1.5 2.5', opacity: 0.6 } : { d });
}

function isFaded({ picture, tables, moment }: Scene, index: number): boolean {
  return isGone(tables.edges, moment.precision, GONE, edgesOfLine(picture, index));
}

/** Where a line ends at a card. */
function arrow(scene: Scene, index: number): string {
  const { picture } = scene;
  if (picture.lines.to[index]! < 0) return '';
  const [x0, y0, x, y] = linePoints(picture, index).slice(-4) as unknown as [number, number, number, number];
  const length = Math.hypot(x - x0, y - y0) || 1;
  const [dx, dy] = [(x - x0) / length, (y - y0) / length];
  const corner = (side: number): string => `${round(x - dx * ARROW.length - side * dy * ARROW.half)} ${round(y - dy * ARROW.length + side * dx * ARROW.half)}`;
  return tag('path', { d: `M${round(x)} ${round(y)}L${corner(1)}L${corner(-1)}z`, opacity: isFaded(scene, index) ? 0.6 : undefined });
}

function stem({ picture: { stubs, items } }: Scene, stub: number): string {
  const item = stubs.item[stub]!;
  return tag('path', { d: `M${round(stubs.x[stub]!)} ${round(stubs.y[stub]! + stubs.height[stub]! / 2)}V${round(items.y[item]! - items.height[item]! / 2)}` });
}

function stubLabel({ picture, labels, tables: { nodes, edges }, moment }: Scene, stub: number, theme: Theme): string {
  const frame = frameOf(picture.stubs, stub);
  const node = picture.stubs.node[stub]!;
  const others = new Set(listAt(picture.stubs.edges, stub).map((edge) => edges.source[edge]!)).size - 1;
  const label = labels.stub(node, others, frame.width - 2 * STUB_PADDING);
  return tag(
    'g',
    {},
    tooltip(textAt(nodes.names, node)),
    outline(frame, 8, theme.background, theme.cardLine, 1, moment.precision[node] === GONE ? '3 2' : undefined),
    line(label, frame.left + (frame.width - labels.width(label, 'stub')) / 2, frame.top + frame.height / 2, STUB_FONT, theme.dim),
  );
}

function pill({ kind, folded, label, marks, x, y, width, textLeft }: PlacedMark, theme: Theme): string {
  const colour = kind === 'cast' ? theme.cast : theme.precision.int8;
  const frame = { left: x - width / 2, top: y - MARK_HEIGHT / 2, width, height: MARK_HEIGHT };
  const solid = kind === 'cast' && !folded;
  const [fill, ink] = solid ? [theme.cast, theme.background] : [folded ? theme.background : theme.fill.int8, colour];
  return tag(
    'g',
    {},
    tooltip(describeMarks(marks)),
    outline(frame, MARK_HEIGHT / 2, fill, colour, 1, folded ? '3 2' : undefined),
    tag('text', { x: frame.left + textLeft, y: y + 3.5, 'font-size': 10, 'font-weight': solid ? 600 : 400, fill: ink }, escape(label)),
  );
}
