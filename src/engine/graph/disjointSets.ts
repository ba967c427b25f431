/** Sets of keys that only grow together (union-find with path halving, by size); a key not seen before is alone. */
export class DisjointSets {
  private readonly parents = new Map<string, string>();
  private readonly sizes = new Map<string, number>();

  /** The key that stands for the set of `key`; the same for all its keys until the next `unite`. */
  find(key: string): string {
    for (let current = key; ; ) {
      const parent = this.parents.get(current);
      if (parent === undefined) return current;
      const grandparent = this.parents.get(parent) ?? parent;
      this.parents.set(current, grandparent);
      current = grandparent;
    }
  }

  unite(a: string, b: string): void {
    const [first, second] = [this.find(a), this.find(b)];
    if (first === second) return;
    const [firstSize, secondSize] = [this.sizes.get(first) ?? 1, this.sizes.get(second) ?? 1];
    const [root, child] = firstSize >= secondSize ? [first, second] : [second, first];
    this.parents.set(child, root);
    this.sizes.set(root, firstSize + secondSize);
  }
}
