import { makeCall, makeUnread, fullName, type Scope } from './pythonScope';
import type { Token } from './pythonTokens';
import { type Call, isCall, type Value } from './values';

/**
 * Assigns to a name (`config`) or an attribute (`config.quantization.use_bf16`). Whether it is either: targets that are
 * neither, such as `a, b` or `a[0]`, make the names in them unknown.
 */
export function assign(target: readonly Token[], operator: string, value: Value, scope: Scope): boolean {
  const colon = target.findIndex(({ text }) => text === ':');
  const written = (colon < 0 ? target : target.slice(0, colon)).map(({ text }) => text);
  const path = written.filter((_, index) => index % 2 === 0);
  const isPath = written.length % 2 === 1 && written.every((text, index) => (index % 2 === 0 ? /^[\p{L}_]/u.test(text) : text === '.'));
  if (!isPath) {
    for (const { kind, text } of target) if (kind === 'name') scope.values.delete(text);
    return false;
  }
  const { line } = target[0]!;
  const name = path.at(-1)!;
  const object = path.length === 1 ? undefined : objectAt(path.slice(0, -1), line, scope);
  if (path.length > 1 && object === undefined) return false;
  const before = object === undefined ? scope.values.get(name) : object.named.get(name);
  // Of two values in blocks only running the script could tell which one holds.
  const isKnown = operator === '=' && (before === undefined || !scope.isInBlock);
  if (operator === '+=' && before !== undefined && isCall(before)) scope.added.push(before);
  const assigned = isKnown ? value : makeUnread(`${written.join('')} ${operator} ...`, line);
  if (object === undefined) scope.values.set(name, assigned);
  else object.named.set(name, assigned);
  return isKnown;
}

/** The object at `a.b`; what the script did not make itself, such as an imported `config`, is made here. */
function objectAt(path: readonly string[], line: number, scope: Scope): Call | undefined {
  const [first, ...rest] = path as [string, ...string[]];
  let object = scope.values.get(first);
  if (object === undefined) {
    const other = makeCall({ ...scope, isInBlock: false }, fullName([first], scope), [], new Map(), line);
    scope.others.push(other);
    scope.values.set(first, other);
    object = other;
  }
  if (!isCall(object)) return undefined;
  if (scope.isInBlock) object.blockLines.push(line);
  for (const attribute of rest) {
    let inner: Value | undefined = object.named.get(attribute);
    if (inner === undefined) {
      inner = makeCall(scope, attribute, [], new Map(), line);
      object.named.set(attribute, inner);
    }
    if (!isCall(inner)) return undefined;
    object = inner;
  }
  return object;
}
