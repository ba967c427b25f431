import type { PhaseName, Precision } from '../../protocol';
import { GONE, nodeId, PRECISIONS, textAt } from '../../tables';
import type { Scene } from '../canvas/scene';
import { opAt } from '../describe';
import { NOWHERE } from '../layout/picture';

/** What a picture shows, to be read by programs. `from`, `to` are indices into `items`; places are of centres, in pixels. */
export interface PictureJson {
  readonly model: { readonly name: string; readonly format: string };
  /** `phase` is null for the opened model; so many of its changes are shown. */
  readonly shown: { readonly phase: PhaseName | null; readonly change: number; readonly changes: number };
  readonly items: readonly ItemJson[];
  /** From card to card, with how many values they stand for. */
  readonly edges: readonly { readonly from: number; readonly to: number; readonly values: number }[];
  readonly marks: readonly { readonly kind: 'cast' | 'quantize'; readonly folded: boolean; readonly label: string; readonly nodes: readonly string[]; readonly from: number; readonly to: number }[];
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export type ItemJson = Place &
  (
    | { readonly type: 'op'; readonly id: string; readonly name: string; readonly op: string; readonly precision: Precision | null }
    | { readonly type: 'group'; readonly label: string; readonly path: string; readonly ops: number; readonly precisions: Readonly<Record<Precision, number>>; readonly casts: number }
  );

/** Linear in the graph. */
export function pictureJson(scene: Scene): PictureJson {
  const { tables, picture, moment } = scene;
  const { phase, changes } = tables.snapshots[moment.position.snapshot]!;
  return {
    model: tables.model,
    shown: { phase: phase ?? null, change: Math.min(moment.position.change, changes.count), changes: changes.count },
    items: Array.from(picture.items.of, (_, item) => itemJson(scene, item)),
    edges: edgesJson(scene),
    marks: moment.marks
      .filter(({ edge, folded }) => picture.place[edge] !== NOWHERE && (scene.ghosts || !folded))
      .map(({ kind, folded, label, ids, edge }) => ({ kind, folded, label, nodes: ids, ...endsOf(scene, edge) })),
  };
}

function itemJson({ picture: { items }, tables: { nodes }, groups, moment, mixOf }: Scene, item: number): ItemJson {
  const place = { x: items.x[item]!, y: items.y[item]!, width: items.width[item]!, height: items.height[item]! };
  const of = items.of[item]!;
  if (of >= 0) {
    const code = moment.precision[of]!;
    return { type: 'op', id: nodeId(nodes, of), name: textAt(nodes.names, of), op: opAt(nodes, moment, of), precision: code === GONE ? null : PRECISIONS[code]!, ...place };
  }
  const { counts, nodes: ops, casts } = mixOf(~of);
  const precisions = Object.fromEntries(PRECISIONS.map((precision, code) => [precision, counts[code]!])) as Record<Precision, number>;
  return { type: 'group', label: groups.labels[~of]!, path: groups.paths[~of]!, ops, precisions, casts, ...place };
}

function edgesJson(scene: Scene): PictureJson['edges'] {
  const count = scene.picture.items.of.length;
  const values = new Map<number, number>();
  for (let edge = 0; edge < scene.tables.edges.count; edge++) {
    const { from, to } = endsOf(scene, edge);
    if (from !== to) values.set(from * count + to, (values.get(from * count + to) ?? 0) + 1);
  }
  return [...values].map(([ends, values]) => ({ from: Math.floor(ends / count), to: ends % count, values }));
}

function endsOf({ picture: { itemOf }, tables: { edges } }: Scene, edge: number): { from: number; to: number } {
  return { from: itemOf[edges.source[edge]!]!, to: itemOf[edges.target[edge]!]! };
}
