import type { Dialect, PassingKind } from '../../dialect';
import type { Rewriter, Rule } from '../../graph/rewriter';
import { canReplace } from './canReplace';

export const REMOVE_IDENTITY: Rule = {
  name: 'remove-identity',
  description: 'Removes ops that hand a value on as it is, so that what computes it and what reads it are neighbours.',
};
export const REMOVE_TRAINING_NODE: Rule = {
  name: 'remove-training-node',
  description: 'Removes ops that do something only while a model is trained or debugged: gradients that stop, checks, dropout.',
};

const RULES: Readonly<Record<PassingKind, Rule>> = { identity: REMOVE_IDENTITY, training: REMOVE_TRAINING_NODE };
const REASONS: Readonly<Record<PassingKind, string>> = {
  identity: 'it hands its value on as it is',
  training: 'it hands its value on as it is when the model is used',
};

/**
 * Makes what reads a node that only passes a value on read that value. A node that waits for others, that others wait for or
 * that a caller fetches stays, and so does one that another node runs, which may give that node its result, or behind a constant, which is looked for through it anyway. Linear.
 */
export function removePassingNodes(rewriter: Rewriter, dialect: Dialect, kind: PassingKind): void {
  for (const id of rewriter.ids()) {
    const node = rewriter.get(id);
    const value = node?.inputs[0];
    if (node === undefined || value === undefined || dialect.passesOn(node, rewriter) !== kind) continue;
    if (dialect.runsInside?.(node) === true || node.controlInputs.length > 0 || rewriter.isWaitedFor(id) || rewriter.isOutputNode(id)) continue;
    if (dialect.constantBehind(rewriter, value) !== undefined || !rewriter.isRead(id) || !canReplace(rewriter, dialect, id, 1)) continue;
    rewriter.apply(RULES[kind], `"${node.name}" is gone: ${REASONS[kind]}.`, () => {
      rewriter.redirect(rewriter.uses(id, 0), value);
      rewriter.remove(id);
    });
  }
}
