import type { Dialect } from '../../dialect';
import type { Rewriter } from '../../graph/rewriter';

/** Whether other values can be read in place of those of a node: none but its first `outputs` are read, and none by its name. */
export function canReplace(rewriter: Rewriter, dialect: Dialect, id: string, outputs: number): boolean {
  return rewriter.uses(id).every((use) => {
    const reader = rewriter.node(use.node);
    return reader.inputs[use.input]!.output < outputs && dialect.readsByName?.(reader, use.input) !== true;
  });
}
