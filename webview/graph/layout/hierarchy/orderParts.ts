import type { Scratch } from './cutLevel';
import type { Neighbours } from './rows';

/**
 * Parts of one level in topological order, each right before the first part that needs it: depth first from the parts nothing
 * reads, inputs from first to last. So what only one part reads, such as its weights, stands beside it. Parts that make shared
 * values, whose readers do not count, come first. Linear; iterative.
 */
export function orderParts({ level: levelOf, partOf }: Scratch, { before }: Neighbours, shared: Uint8Array, level: number, parts: readonly (readonly number[])[]): (readonly number[])[] {
  const isRead = new Uint8Array(parts.length);
  const makesShared = new Uint8Array(parts.length);
  parts.forEach((part, index) => {
    for (const node of part) {
      if (shared[node] === 1) makesShared[index] = 1;
      for (let k = before.start[node]!; k < before.start[node + 1]!; k++) {
        const source = before.items[k]!;
        if (levelOf[source] === level && partOf[source] !== index) isRead[partOf[source]!] = 1;
      }
    }
  });

  const ordered: (readonly number[])[] = [];
  const seen = new Uint8Array(parts.length);
  /** Place of each part on the stack: member, and edge into it. */
  const member = new Int32Array(parts.length);
  const edge = new Int32Array(parts.length).fill(-1);
  const nextBefore = (part: number): number => {
    for (const nodes = parts[part]!; member[part]! < nodes.length; member[part]!++, edge[part] = -1) {
      const node = nodes[member[part]!]!;
      if (edge[part]! < 0) edge[part] = before.start[node]!;
      while (edge[part]! < before.start[node + 1]!) {
        const source = before.items[edge[part]!++]!;
        if (levelOf[source] === level && seen[partOf[source]!] === 0) return partOf[source]!;
      }
    }
    return -1;
  };
  const stack: number[] = [];
  const open = (part: number): void => {
    seen[part] = 1;
    stack.push(part);
  };
  for (const sharing of [1, 0]) {
    for (let root = 0; root < parts.length; root++) {
      if (isRead[root] === 1 || makesShared[root] !== sharing) continue;
      open(root);
      while (stack.length > 0) {
        const source = nextBefore(stack.at(-1)!);
        if (source >= 0) open(source);
        else ordered.push(parts[stack.pop()!]!);
      }
    }
  }
  return ordered;
}
