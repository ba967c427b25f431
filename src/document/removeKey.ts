import { createScanner, findNodeAtLocation, type JSONPath, type Node, parseTree } from 'jsonc-parser';

/**
 * The text without a key or list item, and without the line it leaves empty; every comment stays, where jsonc-parser's own
 * removal takes those before the next key along. Unchanged where there is no such key.
 */
export function removeKey(text: string, path: JSONPath): string {
  const root = parseTree(text, [], { allowTrailingComma: true });
  const value = root && findNodeAtLocation(root, path);
  const member = typeof path.at(-1) === 'string' ? value?.parent : value;
  const siblings = member?.parent?.children;
  if (member === undefined || siblings === undefined) return text;
  const start = member.offset;
  const own = commaAfter(text, member);
  // The last one takes the comma before it along.
  const previous = own === undefined ? siblings[siblings.indexOf(member) - 1] : undefined;
  const comma = own ?? (previous && commaAfter(text, previous));
  const rest = text.slice(start + member.length);
  if (comma === undefined) return tidy(text.slice(0, start), rest);
  if (comma < start) return tidy(text.slice(0, comma) + text.slice(comma + 1, start), rest);
  const gap = comma - start - member.length;
  return tidy(text.slice(0, start), rest.slice(0, gap) + rest.slice(gap + 1));
}

function commaAfter(text: string, { offset, length }: Node): number | undefined {
  const scanner = createScanner(text, true);
  scanner.setPosition(offset + length);
  scanner.scan();
  const token = scanner.getTokenOffset();
  return text[token] === ',' ? token : undefined;
}

/** Joins what stood around the removed part: an empty line goes, and so does a second space. */
function tidy(before: string, after: string): string {
  const indentation = /(^|\n)[ \t]*$/.exec(before);
  const emptyLine = indentation && /^[ \t]*\r?(\n|$)/.exec(after);
  if (emptyLine) return before.slice(0, indentation.index + indentation[1]!.length) + after.slice(emptyLine[0].length);
  return before + (/\s$/.test(before) ? after.replace(/^[ \t]+/, '') : after);
}
