import type { Dialect } from '../dialect';
import type { DataType } from '../graph/dataType';
import type { Node } from '../graph/graph';

export interface CastTypes {
  readonly from: DataType;
  readonly to: DataType;
}

/** Types a Cast converts from and to, or undefined for any other node. */
export function castTypes(node: Node, dialect: Dialect): CastTypes | undefined {
  if (!dialect.isCast(node)) return undefined;
  const from = dialect.inputType(node, 0);
  const to = dialect.outputTypes(node)[0];
  return from === undefined || to === undefined ? undefined : { from, to };
}

/** Whether a Cast converts FP32 to BF16 or back: the Casts that conversion inserts and folds. */
export function isBetweenFp32AndBf16({ from, to }: CastTypes): boolean {
  return (from === 'float32' && to === 'bfloat16') || (from === 'bfloat16' && to === 'float32');
}
