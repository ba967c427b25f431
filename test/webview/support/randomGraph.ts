import { GraphBuilder } from './graphBuilder';

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A graph without loops, up to `most` nodes in random scopes, in a file order that has nothing to do with its edges. */
export function randomGraph(seed: number, most = 400): GraphBuilder {
  const next = random(seed);
  const below = (limit: number): number => Math.floor(next() * limit);
  const count = 2 + below(most);
  const scopes = 1 + below(12);
  const b = new GraphBuilder();
  for (let node = 0; node < count; node++) {
    const scope = Array.from({ length: below(4) }, () => `s${below(scopes)}`);
    b.add(`Op${below(3)}`, [...scope, `n${node}`].join('/'));
  }
  const rank = Array.from({ length: count }, () => next());
  for (let edge = below(3 * count); edge > 0; edge--) {
    const [a, c] = [below(count), below(count)];
    if (rank[a] === rank[c]) continue;
    const [source, target] = rank[a]! < rank[c]! ? [a, c] : [c, a];
    b.edges.push({ source, target, sourceOutput: 0, targetInput: 0 });
  }
  return b;
}
