import { UserError } from '../../errors';
import type { ValueRef } from '../../graph/graph';

/**
 * Places of nodes in an order in which each comes after those it reads and which is the given one wherever that is
 * possible. `inputs` are by place; values of nodes without a place are always there. Iterative, linear. Throws UserError
 * naming a node of a cycle.
 */
export function executionOrder(inputs: readonly (readonly ValueRef[])[], place: ReadonlyMap<string, number>, ids: readonly string[], file?: string): number[] {
  const order: number[] = [];
  /** 0: not met, 1: waits for what it reads, 2: in the order. */
  const state = new Uint8Array(inputs.length);
  const stack: number[] = [];
  for (let start = 0; start < inputs.length; start++) {
    stack.push(start);
    for (let at = stack.at(-1); at !== undefined; at = stack.at(-1)) {
      if (state[at] === 2) {
        stack.pop();
        continue;
      }
      const isFirst = state[at] === 0;
      state[at] = 1;
      let isReady = true;
      const values = inputs[at]!;
      for (let i = values.length - 1; i >= 0; i--) {
        const producer = place.get(values[i]!.node);
        if (producer === undefined || state[producer] === 2) continue;
        if (!isFirst || state[producer] === 1) throw cycle(ids[at]!, file);
        isReady = false;
        stack.push(producer);
      }
      if (!isReady) continue;
      state[at] = 2;
      order.push(at);
      stack.pop();
    }
  }
  return order;
}

function cycle(node: string, file: string | undefined): UserError {
  return new UserError('the node depends on its own result', { file, node, hint: 'Export the model again' });
}
