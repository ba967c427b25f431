import type { GraphTables } from '../protocol';
import { PRECISIONS, textAt } from '../tables';
import { t } from '../l10n';
import type { Boundary } from './boundary';
import type { Mark, Moment } from './moment';
import { NAMES } from './precision';

/** What screen readers hear of the parts of the graph. */

/** `MatMul, BF16, encoder/layer_0/attention/query` */
export function describeNode({ nodes }: GraphTables, moment: Moment, node: number): string {
  const precision = PRECISIONS[moment.precision[node]!];
  return [opAt(nodes, moment, node), precision === undefined ? t('removed') : NAMES[precision], textAt(nodes.names, node)].join(', ');
}

/** `F to B Cast`, `F to 8 Quantize`, `B to F to B Cast, folded`; `8` stands for Quantize and Dequantize. */
export function describeMark({ kind, label, folded }: Pick<Mark, 'kind' | 'label' | 'folded'>): string {
  const types = label.split('→').join(t(' to '));
  const title = kind === 'cast' ? t('{0} Cast', types) : label === '8' ? t('Quantize and Dequantize') : label.startsWith('8') ? t('{0} Dequantize', types) : t('{0} Quantize', types);
  return folded ? t('{0}, folded', title) : title;
}

/** `F to B Cast from encoder/add to encoder/MatMul` */
export function describeBoundary({ nodes, edges }: GraphTables, boundary: Boundary): string {
  const [source, target] = [edges.source, edges.target].map((ends) => textAt(nodes.names, ends[boundary.edge]!)) as [string, string];
  return t('{0} from {1} to {2}', describeMark(boundary), source, target);
}

/** The op of a node as it is at the moment. */
export function opAt({ ops, op }: GraphTables['nodes'], moment: Moment, node: number): string {
  return moment.ops[node] ?? ops[op[node]!]!;
}
