import type { EdgeTable, NodeTable } from '../../../protocol';
import { neighboursOf } from './rows';

export interface Loops {
  /** 1 for each edge that closes a loop of the model: what is left has none. */
  readonly closing: Uint8Array;
  /** All nodes, those before others first. */
  readonly order: Int32Array;
}

/** What it makes is for the next turn of a loop. */
const NEXT_TURN = 'NextIteration';

/** TensorFlow's loops close after their NextIteration; any other starts at its first node in file order. Linear. */
export function findLoops({ count, ops, op }: Pick<NodeTable, 'count' | 'ops' | 'op'>, { source, target }: Pick<EdgeTable, 'source' | 'target'>): Loops {
  const nextTurn = ops.indexOf(NEXT_TURN);
  const closing = Uint8Array.from(source, (node) => Number(op[node] === nextTurn));
  const { before, after } = neighboursOf(count, { source, target }, closing);
  const waits = new Int32Array(count);
  const position = new Int32Array(count).fill(-1);
  const order = new Int32Array(count);
  let taken = 0;
  let known = 0;
  const append = (node: number): void => {
    position[node] = known;
    order[known++] = node;
  };
  for (let node = 0; node < count; node++) {
    waits[node] = before.start[node + 1]! - before.start[node]!;
    if (waits[node] === 0) append(node);
  }
  for (let lowest = 0; taken < count; ) {
    if (taken === known) {
      while (position[lowest]! >= 0) lowest++;
      append(lowest);
    }
    const node = order[taken++]!;
    for (let k = after.start[node]!; k < after.start[node + 1]!; k++) {
      const next = after.items[k]!;
      if (--waits[next]! === 0 && position[next]! < 0) append(next);
    }
  }
  for (let edge = 0; edge < closing.length; edge++) if (position[source[edge]!]! >= position[target[edge]!]!) closing[edge] = 1;
  return { closing, order };
}
