import type { GraphView, SnapshotView } from '../../../webview/protocol';
import type { Dialect } from '../dialect';
import type { Graph } from '../graph/graph';
import type { Snapshot } from '../snapshot';
import { countSnapshot } from './counts';
import { looksOf } from './looks';
import { markChanges } from './markChanges';
import { edgeStates, marksOf, noBoundaries } from './marks';
import { type Picture, pictureOf } from './picture';
import { type Shown, touchedBy } from './touched';

/** The picture of a model and how it looks in each of its snapshots; each is looked at once. */
export class Display {
  private readonly opened: Graph;
  private readonly picture: Picture;
  private readonly indexOf: ReadonlyMap<string, number>;
  /** The snapshots so far. */
  private readonly shown: Shown[] = [];

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
    const { picture, opened, dialect, indexOf } = this;
    const before = this.shown.at(-1);
    const past = before?.states ?? noBoundaries(picture);
    const states = edgeStates(past, picture, snapshot.graph, opened, dialect);
    const made = markChanges(past, states, picture.readers, snapshot.changes);
    const now: Shown = { snapshot, states, looks: looksOf(snapshot, picture, opened, dialect) };
    this.shown.push(now);
    const { precision: counts, ...boundaries } = countSnapshot(snapshot, opened, dialect);
    const { nodes, nodeChange } = touchedBy(before ?? now, now, made, picture, indexOf, dialect);
    return {
      phase: snapshot.phase,
      ...now.looks,
      marks: marksOf(states, made),
      counts,
      ...boundaries,
      ...(snapshot.castProof === undefined ? {} : { lowerBound: snapshot.castProof.lowerBound }),
      changes: snapshot.changes.map(({ rule, reason, changesNumerics = false }, change) => ({ rule, reason, nodes: nodes[change]!, changesNumerics })),
      nodeChange,
    };
  }

  /** Forgets all but the first `count` snapshots. */
  keep(count: number): void {
    this.shown.length = Math.min(this.shown.length, count);
  }
}
