import { nodeId, PRECISIONS, textAt } from '../../tables';
import { t } from '../../l10n';
import { GROUP_KINDS, type Groups } from '../layout/picture';
import { NAMES } from '../precision';
import { countText, type Target } from './elements';
import { describeMarks } from './marks';
import type { Scene } from './scene';

/** What a tooltip says of a thing in the picture. */
export function tooltip(scene: Scene, { node, group, marks, stub }: Target): string {
  const { tables, readers } = scene;
  if (marks) return describeMarks(marks);
  if (group !== undefined) return groupTip(scene, group);
  if (node === undefined) return '';
  const name = textAt(tables.nodes.names, node);
  if (stub !== undefined) return t('{0}, read in {1} places. Click to go there.', name, readers[node]!);
  return name === '' ? nodeId(tables.nodes, node) : name;
}

/** Path, size and precisions of a group. */
function groupTip({ groups, mixOf }: Scene, group: number): string {
  const { counts, nodes, casts } = mixOf(group);
  const parts = PRECISIONS.flatMap((precision, k) => (counts[k]! > 0 ? [`${NAMES[precision]} ${counts[k]!.toLocaleString('en')}`] : []));
  return [groupPath(groups, group), countText(nodes, casts), parts.join(' · ')].join('\n');
}

/** `encoder/layer_0`, its later pieces `encoder/layer_0 #2`, repeats and ranges `encoder/layer_0 … layer_11`. */
function groupPath({ kind, paths, labels }: Groups, group: number): string {
  const [path, label] = [paths[group]!, labels[group]!];
  if (GROUP_KINDS[kind[group]!] === 'scope') return path + (/ #\d+$/.exec(label)?.[0] ?? '');
  return path === '' ? label : `${path}/${label}`;
}
