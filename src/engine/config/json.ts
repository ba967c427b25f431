import { type Node, type ParseError, parseTree } from 'jsonc-parser';

const SYNTAX: Readonly<Record<number, string>> = {
  1: 'this is no JSON value; text needs double quotes',
  2: 'this is no number',
  3: 'a key in double quotes is expected here',
  4: 'a value is expected here',
  5: 'a colon is expected after the key',
  6: 'a comma is missing before this',
  7: 'a closing brace } is missing',
  8: 'a closing bracket ] is missing',
  9: 'the file should end here',
  11: 'a comment is not closed',
  12: 'a text is not closed by a double quote',
  14: 'a \\u escape needs four hexadecimal digits',
  15: 'this escape is unknown; write a backslash as \\\\',
  16: 'this character may not stand in a text; escape it',
};

export interface SyntaxProblem {
  readonly message: string;
  readonly offset: number;
  readonly length: number;
}

/** Parses JSON with comments and trailing commas. The tree holds what could be read; empty text has none. */
export function parseJson(text: string): { readonly root: Node | undefined; readonly problems: readonly SyntaxProblem[] } {
  const errors: ParseError[] = [];
  // A byte order mark becomes a space, so that offsets stay those of the editor.
  const root = parseTree(text.replace(/^\uFEFF/, ' '), errors, { allowTrailingComma: true, allowEmptyContent: true });
  const problems = errors.map(({ error, offset, length }) => ({ message: SYNTAX[error] ?? 'this is no JSON', offset, length }));
  return { root, problems };
}

/** Key, key node and value node of each complete member of an object; nothing for other values. */
export function* members(node: Node): Iterable<[key: string, keyNode: Node, value: Node]> {
  if (node.type !== 'object') return;
  for (const property of node.children ?? []) {
    const [key, value] = property.children ?? [];
    if (key !== undefined && value !== undefined) yield [String(key.value), key, value];
  }
}
