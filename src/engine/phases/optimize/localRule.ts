import type { Dialect } from '../../dialect';
import type { Node } from '../../graph/graph';
import type { Rewriter, Rule } from '../../graph/rewriter';
import type { Plan } from '../../plan';
import type { Casts } from '../casts';

export interface RuleContext {
  readonly rewriter: Rewriter;
  readonly dialect: Dialect;
  readonly casts: Casts;
  readonly plan: Plan;
}

/** What a rule found at a node: why it applies there, and the rewrite. */
export interface Match {
  readonly reason: string;
  rewrite(): void;
}

/** A rewrite of a node and its immediate neighbours that never adds a Cast. */
export interface LocalRule extends Rule {
  match(node: Node, context: RuleContext): Match | undefined;
}
