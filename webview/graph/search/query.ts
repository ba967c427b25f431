import { GONE, PRECISIONS } from '../../tables';
import { t } from '../../l10n';
import { lower } from './lowerTexts';

/** What a part of a query is held against; `any` is op or name. */
export type Field = 'any' | 'op' | 'name' | 'scope' | 'dtype';

/** In lower case, or a regular expression that ignores case. */
export type Pattern = string | RegExp;

export type Term =
  | { readonly kind: 'text'; readonly field: Field; readonly pattern: Pattern }
  /** Index into PRECISIONS, or GONE. */
  | { readonly kind: 'precision'; readonly code: number }
  /** Touched by the phase that is shown. */
  | { readonly kind: 'changed' };

/** Casts, or anything that stood on an edge and was folded. */
export interface MarkFilter {
  readonly onlyCasts: boolean;
  readonly folded: boolean;
}

/** All terms have to hold: of a node, or, where `marks` are asked for, of a node at one of their ends. */
export interface Query {
  readonly terms: readonly Term[];
  readonly marks: MarkFilter | undefined;
}

/** What can be typed, in the order of the hint; words of a language of their own, so not translated. */
export const SYNTAX: readonly string[] = ['op:', 'name:', 'scope:', 'dtype:', '/regex/', 'fp32', 'bf16', 'int8', 'removed', 'casts', 'folded', 'changed'];

const CODES: Readonly<Record<string, number>> = { ...Object.fromEntries(PRECISIONS.map((precision, code) => [precision, code])), removed: GONE };
/** Precisions that need no `precision:` before them. */
const BARE: ReadonlySet<string> = new Set(['fp32', 'bf16', 'int8', 'removed']);
/** A regular expression up to the slash before a space or the end, or anything up to a space outside quotes. */
const TOKEN = /(?:(?:op|name|scope|dtype):)?\/.+?\/(?=\s|$)|(?:"[^"]*"?|[^\s"])+/gi;
const FIELD = /^(op|name|scope|dtype|precision):(.*)$/is;

/** Reads what was typed. A term that is only begun, such as `op:`, asks for nothing. Throws QueryError. */
export function parseQuery(text: string): Query {
  const terms: Term[] = [];
  const flags = new Set<string>();
  for (const [token] of text.matchAll(TOKEN)) {
    const word = token.toLowerCase();
    if (word === 'casts' || word === 'folded') flags.add(word);
    else if (word === 'changed') terms.push({ kind: 'changed' });
    else if (BARE.has(word)) terms.push({ kind: 'precision', code: CODES[word]! });
    else {
      const [, field = 'any', value = token] = FIELD.exec(token) ?? [];
      const term = value === '' ? undefined : termOf(field.toLowerCase() as Field | 'precision', value);
      if (term) terms.push(term);
    }
  }
  return { terms, marks: flags.size > 0 ? { onlyCasts: flags.has('casts'), folded: flags.has('folded') } : undefined };
}

/** Its message is for the user. */
export class QueryError extends Error {}

function termOf(field: Field | 'precision', value: string): Term | undefined {
  if (field === 'precision') return { kind: 'precision', code: precisionOf(value) };
  if (/^\/.+\/$/s.test(value)) return { kind: 'text', field, pattern: regexOf(value.slice(1, -1)) };
  const pattern = lower(value.replaceAll('"', ''));
  return pattern === '' ? undefined : { kind: 'text', field, pattern };
}

function precisionOf(value: string): number {
  const code = CODES[value.replaceAll('"', '').toLowerCase()];
  if (code === undefined) throw new QueryError(t('"{0}" is no precision: use {1}.', value, Object.keys(CODES).join(', ')));
  return code;
}

function regexOf(source: string): RegExp {
  try {
    return new RegExp(source, 'i');
  } catch (error) {
    // The engine's message repeats the expression before its reason.
    throw new QueryError(t('/{0}/ is no regular expression: {1}.', source, (error as Error).message.replace(/^.*: /s, '')));
  }
}
