import type { GroupRef, SharedType } from '../../dialect';
import { DisjointSets } from '../../graph/disjointSets';
import type { DataType } from '../../graph/dataType';
import type { Node } from '../../graph/graph';
import { signatureOf } from './signature';

/** Gathers which type groups must have one type, and which must keep theirs. Keys name groups, or values and nodes that connect groups. */
export class TypeTies {
  private readonly sets = new DisjointSets();
  private readonly groups = new Map<string, GroupRef & { readonly dtype: DataType }>();
  private readonly reasons = new Map<string, string>();

  /** The key of a type group; undefined where the node has no such group of tensors. */
  group(node: Node, name: string): string | undefined {
    const dtype = signatureOf(node).groups.find((group) => group.name === name)?.dtype;
    if (dtype === undefined || dtype === 'variant' || dtype === 'resource') return undefined;
    const key = `${name} of ${node.id}`;
    if (!this.groups.has(key)) this.groups.set(key, { node: node.id, group: name, dtype });
    return key;
  }

  tie(a: string | undefined, b: string | undefined): void {
    if (a !== undefined && b !== undefined) this.sets.unite(a, b);
  }

  /** Everything tied to `key` keeps its type; the first reason given is the one shown. */
  fix(key: string, reason: string): void {
    if (!this.reasons.has(key)) this.reasons.set(key, reason);
  }

  /** Sets of two groups or more, and single ones that are fixed. */
  sharedTypes(): SharedType[] {
    const fixed = new Map<string, string>();
    for (const [key, reason] of this.reasons) {
      const root = this.sets.find(key);
      if (!fixed.has(root)) fixed.set(root, reason);
    }
    const members = new Map<string, (GroupRef & { dtype: DataType })[]>();
    for (const [key, group] of this.groups) {
      const root = this.sets.find(key);
      const set = members.get(root);
      if (set === undefined) members.set(root, [group]);
      else set.push(group);
    }
    return [...members].filter(([root, set]) => set.length > 1 || fixed.has(root)).map(([root, set]) => {
      const reason = fixed.get(root) ?? (set.some(({ dtype }) => dtype !== set[0]!.dtype) ? 'It is tied to values of another type.' : undefined);
      const refs = set.map(({ node, group }): GroupRef => ({ node, group }));
      return reason === undefined ? { members: refs } : { members: refs, fixed: reason };
    });
  }
}
