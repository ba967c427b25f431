import type { PrecisionChoice } from '../../webview/protocol';
import type { ConfigEdit } from '../engine/config/problem';
import { editsOf, exactPattern } from './configEdits';

/** What a precision is set for. */
export const TARGETS = ['op', 'group', 'opType'] as const;
export type Target = (typeof TARGETS)[number];

/** Names of ops, paths of groups, or op types. */
export interface Targets {
  readonly target: Target;
  readonly names: readonly string[];
  /** The groups are modules: patterns are matched against their paths, too. */
  readonly areModules?: boolean;
}

/** The keys of `op_name_dict` that mean an op, or all that a group holds at any depth; the group without a path is the whole model. */
const PATTERNS = {
  op: exactPattern,
  group: (path: string, areModules = false): string => (path === '' ? '.*' : areModules ? `${exactPattern(path)}(/.*)?` : `${exactPattern(path)}/.*`),
};

/** The change of the config that gives `targets` a precision; `auto` takes back what was set for just these. */
export function precisionEdits({ target, names, areModules }: Targets, choice: PrecisionChoice): readonly ConfigEdit[] {
  return names.flatMap((name) => {
    if (target === 'opType') return editsOf({ type: 'setOpTypes', ops: [name], choice }) ?? [];
    const pattern = PATTERNS[target](name, areModules);
    return editsOf({ type: 'setOverride', pattern, choice: choice === 'auto' ? undefined : choice }) ?? [];
  });
}
