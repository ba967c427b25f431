import type { DisplayChange, EdgeMark, GraphView, SnapshotView } from '../../../webview/protocol';
import type { Dialect } from '../dialect';
import type { Graph } from '../graph/graph';
import type { Change, Snapshot } from '../snapshot';
import { countSnapshot } from './counts';
import { type EdgeState, edgeStates, marksOf, noBoundaries } from './marks';
import { type Picture, pictureOf } from './picture';
import { nodePrecisions } from './precision';

/** The picture of a model and how it looks in each of its snapshots; each is looked at once. */
export class Display {
  private readonly opened: Graph;
  private readonly picture: Picture;
  private readonly indexOf: ReadonlyMap<string, number>;
  /** What the edges carry in each snapshot so far. */
  private readonly states: (readonly EdgeState[])[] = [];

  constructor(opened: Snapshot, private readonly dialect: Dialect) {
    this.opened = opened.graph;
    this.picture = pictureOf(opened.graph, dialect);
    this.indexOf = new Map(this.picture.nodes.map(({ id }, index) => [id, index]));
  }

  get nodes(): GraphView['nodes'] {
    return this.picture.nodes;
  }

  get edges(): GraphView['edges'] {
    return this.picture.edges;
  }

  /** How the next snapshot looks. Linear; iterative. */
  add(snapshot: Snapshot): SnapshotView {
    const before = this.states.at(-1) ?? noBoundaries(this.picture);
    const states = edgeStates(before, this.picture, snapshot.graph, this.opened, this.dialect);
    this.states.push(states);
    return snapshotView(snapshot, marksOf(states), this.picture, this.indexOf, this.opened, this.dialect);
  }

  /** Forgets all but the first `count` snapshots. */
  keep(count: number): void {
    this.states.length = Math.min(this.states.length, count);
  }
}

function snapshotView(
  snapshot: Snapshot, marks: readonly EdgeMark[], picture: Picture, indexOf: ReadonlyMap<string, number>, opened: Graph, dialect: Dialect,
): SnapshotView {
  const { phase, graph, changes, castProof } = snapshot;
  const precisions = nodePrecisions(snapshot, dialect);
  const ops: Record<number, string> = {};
  picture.nodes.forEach(({ id, op }, index) => {
    const now = graph.nodes.get(id)?.op;
    if (now !== undefined && now !== op) ops[index] = now;
  });
  const { precision: counts, ...boundaries } = countSnapshot(snapshot, opened, dialect);
  return {
    phase,
    precision: picture.nodes.map(({ id }) => (opened.nodes.has(id) ? precisions.get(id) : 'other')),
    dtypes: picture.nodes.map(({ id }) => {
      const node = graph.nodes.get(id);
      return node && dialect.outputTypes(node)[0];
    }),
    ops,
    marks,
    counts,
    ...boundaries,
    ...(castProof === undefined ? {} : { lowerBound: castProof.lowerBound }),
    changes: changes.map((change) => displayChange(change, indexOf)),
  };
}

function displayChange({ rule, reason, before, after, changesNumerics = false }: Change, indexOf: ReadonlyMap<string, number>): DisplayChange {
  const nodes = new Set([...before, ...after].map((id) => indexOf.get(id)).filter((node) => node !== undefined));
  return { rule, reason, nodes: [...nodes], changesNumerics };
}
