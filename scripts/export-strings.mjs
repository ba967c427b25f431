// `npm run strings`: writes l10n/bundle.l10n.json, the English strings that translations of the extension start from. Titles
// in package.json are in package.nls.json.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { fromRoot } from './lib/paths.mjs';

const SOURCES = ['src/commands', 'src/document', 'src/views', 'webview'];
/** What is called with a text to translate. */
const TRANSLATES = new Set(['t', 'l10n.t', 'vscode.l10n.t']);

export const BUNDLE = fromRoot('l10n', 'bundle.l10n.json');

/** The bundle as text: each literal text that the sources hand to a translating function, as its own translation. */
export function englishBundle() {
  const files = SOURCES.flatMap((folder) => readdirSync(fromRoot(folder), { recursive: true }).map((name) => fromRoot(folder, name)));
  const texts = new Set(files.filter((file) => file.endsWith('.ts')).flatMap((file) => textsIn(readFileSync(file, 'utf8'), file)));
  return `${JSON.stringify(Object.fromEntries([...texts].sort().map((text) => [text, text])), undefined, 2)}\n`;
}

/** Every literal in the first argument of a translating call, so those of both branches of a choice, too. */
export function textsIn(source, file) {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const texts = [];
  const visit = (node) => {
    if (ts.isCallExpression(node) && TRANSLATES.has(node.expression.getText(tree)) && node.arguments[0] !== undefined) texts.push(...literalsOf(node.arguments[0]));
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return texts;
}

function literalsOf(expression) {
  if (ts.isStringLiteralLike(expression)) return [expression.text];
  return ts.isConditionalExpression(expression) ? [...literalsOf(expression.whenTrue), ...literalsOf(expression.whenFalse)] : [];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(fromRoot('l10n'), { recursive: true });
  writeFileSync(BUNDLE, englishBundle());
}
