import type { Call, Unread, Value } from './values';

/** What is known at one point of a script. */
export interface Scope {
  readonly text: string;
  readonly file: string;
  /** Imported names, with their modules. */
  readonly imports: Map<string, string>;
  readonly values: Map<string, Value>;
  /** Objects made so far, in order. */
  readonly calls: Call[];
  /** Objects from elsewhere of which attributes are set. */
  readonly others: Call[];
  /** Objects to which something is added with `+`. */
  readonly added: Call[];
  /** Whether the statement belongs to a block. */
  isInBlock: boolean;
}

export function makeCall(scope: Scope, callee: string, positional: readonly Value[], named: Map<string, Value>, line: number): Call {
  return { kind: 'call', callee, positional, named, methods: [], line, blockLines: scope.isInBlock ? [line] : [] };
}

export function makeUnread(text: string, line: number): Unread {
  const short = text.replace(/\s+/g, ' ').trim();
  return { kind: 'unread', text: short.length > 60 ? `${short.slice(0, 57)}...` : short, line };
}

/** The name with the module it is imported from. */
export function fullName(path: readonly string[], scope: Scope): string {
  const [first, ...rest] = path as [string, ...string[]];
  return [scope.imports.get(first) ?? first, ...rest].join('.');
}
