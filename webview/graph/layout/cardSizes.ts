import type { NodeTable } from '../../protocol';
import { textAt } from '../../tables';
import { repeatCount } from './expansion';
import { GROUP_KINDS, type Groups } from './picture';
import { relativeTo } from './scopes';

/** Sizes of what the picture shows, in model pixels, and the texts they come from. */
export const OP_FONT = 12;
export const NAME_FONT = 10.5;
export const STUB_FONT = 10;

/** Widths are rounded up to one of these, so that a style class per width is enough. */
const NODE_WIDTHS: readonly number[] = [136, 152, 168, 184, 200, 216];
const GROUP_WIDTHS: readonly number[] = NODE_WIDTHS.slice(2);
export const NODE_HEIGHT = 40;
/** A collapsed group. */
export const GROUP_HEIGHT = 56;
/** From the left border of a card to its text: past the letter. */
export const TEXT_LEFT = 32;
export const TEXT_RIGHT = 8;

export const STUB_HEIGHT = 16;
/** Between a stub and its card. */
export const STUB_GAP = 6;
const STUB_WIDTH = 96;
/** Beside the text of a stub. */
export const STUB_PADDING = 6;

export type Font = 'op' | 'name' | 'stub';
export type Measure = (text: string, font: Font) => number;

/** Second line of a node's card. */
export function cardName(nodes: NodeTable, groups: Groups, node: number): string {
  return relativeTo(groups.paths[groups.groupOf[node]!]!, textAt(nodes.names, node));
}

/** ` ×12` behind the label of what repeats. */
export function repeatText(groups: Groups, group: number): string {
  return GROUP_KINDS[groups.kind[group]!] === 'repeat' ? ` ×${repeatCount(groups, group)}` : '';
}

/** Text of a stub: last part of the name of the shared node, and how many other values it stands for. */
export function stubText(nodes: NodeTable, node: number, others: number): string {
  const name = textAt(nodes.names, node);
  const short = name.slice(name.lastIndexOf('/') + 1);
  return others > 0 ? `${short} +${others}` : short;
}

export interface CardSizes {
  node(node: number): number;
  group(group: number): number;
  /** What the label of a group's box needs. */
  label(group: number): number;
  stub(node: number, others: number): number;
}

/** Widths by index, measured when first asked for. */
export function cardSizes(nodes: NodeTable, groups: Groups, measure: Measure): CardSizes {
  const widths = new Float32Array(nodes.count);
  const most = NODE_WIDTHS.at(-1)!;
  const labelOf = (group: number): string => groups.labels[group]! + repeatText(groups, group);
  const step = (widths: readonly number[], text: number): number => widths.find((width) => width >= TEXT_LEFT + text + TEXT_RIGHT) ?? most;
  return {
    node: (node) => (widths[node] ||= step(NODE_WIDTHS, Math.max(measure(nodes.ops[nodes.op[node]!]!, 'op'), measure(cardName(nodes, groups, node), 'name')))),
    group: (group) => step(GROUP_WIDTHS, measure(labelOf(group), 'op')),
    label: (group) => Math.ceil(Math.min(most, measure(labelOf(group), 'name'))),
    stub: (node, others) => Math.min(STUB_WIDTH, Math.ceil(measure(stubText(nodes, node, others), 'stub')) + 2 * STUB_PADDING),
  };
}
