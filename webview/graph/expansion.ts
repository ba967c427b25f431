import { expandedTo, expansionFrom } from './layout/expansion';
import { NOWHERE, type Groups, type Picture } from './layout/picture';
import type { LayoutClient } from './layoutClient';

export interface ExpansionParts {
  readonly layouts: LayoutClient;
  readonly groups: Groups;
  /** Draws a new picture; the group that was expanded or collapsed keeps its place on the screen. */
  readonly draw: (picture: Picture, expanded: Uint8Array, anchor: number | undefined) => void;
}

/** Which groups are expanded. Of requests that follow each other closely only the last is drawn. */
export class Expansion {
  constructor(
    private readonly parts: ExpansionParts,
    /** 1 for each group that is to be expanded: drawn, or about to be. */
    private wanted: Uint8Array,
  ) {}

  get keys(): string[] {
    return this.parts.groups.keys.filter((_, group) => this.wanted[group] === 1);
  }

  toggle(group: number): Promise<void> {
    // The whole graph cannot be collapsed.
    if (group === 0) return Promise.resolve();
    const expanded = this.wanted.slice();
    expanded[group] = 1 - expanded[group]!;
    return this.set(expanded, group);
  }

  /** All groups around a node. */
  expandTo(node: number): Promise<void> {
    return this.set(expandedTo(this.parts.groups, this.wanted, node));
  }

  collapseAll(): Promise<void> {
    return this.set(Uint8Array.from(this.wanted, (_, group) => Number(group === 0)));
  }

  /** All groups around edges that are inside collapsed ones; `targets`: of all edges. */
  expandEdges(edges: Iterable<number>, picture: Picture, targets: Int32Array): Promise<void> {
    const { groups } = this.parts;
    const expanded = this.wanted.slice();
    for (const edge of edges) {
      if (picture.place[edge] !== NOWHERE) continue;
      for (let group = groups.groupOf[targets[edge]!]!; group >= 0; group = groups.parent[group]!) expanded[group] = 1;
    }
    return this.set(expanded);
  }

  setKeys(keys: readonly string[]): Promise<void> {
    return this.set(expansionFrom(this.parts.groups, keys));
  }

  async set(expanded: Uint8Array, anchor?: number): Promise<void> {
    if (expanded.every((value, group) => value === this.wanted[group])) return;
    this.wanted = expanded;
    const picture = await this.parts.layouts.arrange(expanded);
    if (picture !== undefined) this.parts.draw(picture, expanded, anchor);
  }
}
