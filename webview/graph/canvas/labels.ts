import type { NodeTable } from '../../protocol';
import { cardName, repeatText, stubText, type Font, type Measure } from '../layout/cardSizes';
import type { Groups } from '../layout/picture';

/** Texts of the picture, cut to the room they have; what was cut once is kept. */
export interface Labels {
  op(op: string, room: number): string;
  /** Name of a node without what its box already says, then `suffix`. */
  name(node: number, room: number, suffix: string): string;
  group(group: number, room: number, font: Font): string;
  /** A stub of a node and so many others. */
  stub(node: number, others: number, room: number): string;
  width(text: string, font: Font): number;
}

export function createLabels(nodes: NodeTable, groups: Groups, measure: Measure): Labels {
  const known = new Map<string, string>();
  const kept = (key: string, make: () => string): string => {
    let text = known.get(key);
    if (text === undefined) known.set(key, (text = make()));
    return text;
  };
  return {
    op: (op, room) => kept(`op ${room} ${op}`, () => cutEnd(op, room, (text) => measure(text, 'op'))),
    name: (node, room, suffix) =>
      kept(`name ${room} ${node} ${suffix}`, () => cutStart(cardName(nodes, groups, node), room - (suffix === '' ? 0 : measure(suffix, 'name')), (text) => measure(text, 'name')) + suffix),
    group: (group, room, font) =>
      kept(`group ${font} ${room} ${group}`, () => {
        const times = repeatText(groups, group);
        return cutEnd(groups.labels[group]!, room - (times === '' ? 0 : measure(times, font)), (text) => measure(text, font)) + times;
      }),
    stub: (node, others, room) => kept(`stub ${room} ${node} ${others}`, () => cutEnd(stubText(nodes, node, others), room, (text) => measure(text, 'stub'))),
    width: measure,
  };
}

const cutEnd = (text: string, room: number, width: (text: string) => number): string => fit(text, room, width, (keep) => `${text.slice(0, keep)}…`);
/** Names differ at their end. */
const cutStart = (text: string, room: number, width: (text: string) => number): string => fit(text, room, width, (keep) => `…${text.slice(text.length - keep)}`);

function fit(text: string, room: number, width: (text: string) => number, cut: (keep: number) => string): string {
  if (width(text) <= room) return text;
  let low = 0;
  let high = text.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (width(cut(middle)) <= room) low = middle;
    else high = middle - 1;
  }
  return cut(low);
}
