import { ExpressionReader } from './pythonExpressions';
import { assign } from './pythonAssignment';
import type { Scope } from './pythonScope';
import { pythonStatements } from './pythonStatements';
import type { Token } from './pythonTokens';
import { type Call, isCall, isUnread } from './values';

export interface PythonScript {
  /** The objects the script makes, in order, with what it sets of them. */
  readonly calls: readonly Call[];
  /** Objects from elsewhere of which it sets attributes, such as `config` of Neural Compressor's pythonic_config. */
  readonly others: readonly Call[];
  /** Objects to which it adds others with `+`. */
  readonly added: readonly Call[];
  /** Lines of the statements whose effect only running the script could tell. */
  readonly unreadLines: readonly number[];
}

/** Words that begin statements which say nothing about a config by themselves; the blocks below them are read. */
const PASSED_OVER: ReadonlySet<string> = new Set([
  'if', 'elif', 'else', 'try', 'except', 'finally', 'while', 'with', 'for', 'async', 'def', 'class', 'pass', 'break', 'continue', 'global', 'nonlocal', '@',
]);

/**
 * Reads what a Python script assigns: literals, names assigned before, and the objects made of them. Nothing is run: statements
 * are read in their order, blocks as well. Throws UserError with the line for strings and brackets that are not closed.
 */
export function readPython(text: string, file: string): PythonScript {
  const scope: Scope = { text, file, imports: new Map(), values: new Map(), calls: [], others: [], added: [], isInBlock: false };
  const unreadLines: number[] = [];
  for (const { tokens, isIndented } of pythonStatements(text, file)) {
    scope.isInBlock = isIndented;
    if (!readStatement(tokens, scope)) unreadLines.push(tokens[0]!.line);
  }
  return { calls: scope.calls, others: scope.others, added: scope.added, unreadLines };
}

/** Whether the effect of the statement is known. */
function readStatement(tokens: readonly Token[], scope: Scope): boolean {
  const word = tokens[0]!.text;
  if (word === 'import' || word === 'from') readImport(tokens, scope);
  if (word === 'for' || word === 'del') forget(tokens.slice(1, word === 'for' ? tokens.findIndex(({ text }) => text === 'in') : undefined), scope);
  if (word === 'import' || word === 'from') return true;
  if (!PASSED_OVER.has(word)) return readSimple(tokens, scope);
  // What follows on the line of `if x:` is a block, too.
  const [colon = tokens.length] = outsideBrackets(tokens, /^:$/);
  const body = tokens.slice(colon + 1);
  if (body.length === 0 || PASSED_OVER.has(body[0]!.text)) return true;
  scope.isInBlock = true;
  return readSimple(body, scope);
}

/** An assignment or an expression. */
function readSimple(tokens: readonly Token[], scope: Scope): boolean {
  const word = tokens[0]!.text;
  const equals = outsideBrackets(tokens, /^(?:\*\*|\/\/|<<|>>|[-+*/%@&|^])?=$/);
  if (equals.length === 0) {
    const value = new ExpressionReader(word === 'return' ? tokens.slice(1) : tokens, scope).readAll();
    return typeof value === 'string' || isCall(value);
  }
  const last = equals.at(-1)!;
  const value = new ExpressionReader(tokens.slice(last + 1), scope).readAll();
  const targets = equals.map((equal, index) => tokens.slice(index === 0 ? 0 : equals[index - 1]! + 1, equal));
  const isAssigned = targets.map((target) => assign(target, tokens[last]!.text, value, scope));
  return !isAssigned.includes(false) && !isUnread(value);
}

function forget(names: readonly Token[], scope: Scope): void {
  for (const { text } of names) scope.values.delete(text);
}

/** `import a.b as c` and `from a.b import c as d`. */
function readImport(tokens: readonly Token[], scope: Scope): void {
  const words = tokens.filter(({ text }) => text !== '(' && text !== ')').map(({ text }) => text);
  const isFrom = words[0] === 'from';
  const start = words.indexOf('import') + 1;
  if (start === 0) return;
  const module = isFrom ? `${words.slice(1, start - 1).join('')}.` : '';
  for (const item of words.slice(start).join(' ').split(',')) {
    const [path, name] = item.split(' as ').map((part) => part.replaceAll(' ', '')) as [string, string?];
    // `import a.b` binds `a`, which stands for itself.
    if (name !== undefined || isFrom) scope.imports.set(name ?? path, module + path);
  }
}

/** Where symbols stand that match. */
function outsideBrackets(tokens: readonly Token[], pattern: RegExp): number[] {
  const found: number[] = [];
  let depth = 0;
  for (const [index, { kind, text }] of tokens.entries()) {
    // The arguments of a lambda may have symbols of their own.
    if (depth === 0 && text === 'lambda') break;
    if (kind !== 'symbol') continue;
    if ('([{'.includes(text)) depth++;
    else if (')]}'.includes(text)) depth--;
    else if (depth === 0 && pattern.test(text)) found.push(index);
  }
  return found;
}
