import { UserError } from '../errors';
import { type Candidate, candidateKey, candidateOf, type SearchSpace } from './candidate';
import type { Measurement, Result, Task } from './task';

/** Results that outlive the process. */
export interface Journal {
  /** What an earlier run of the same search found out, by `taskKey`. */
  readonly known: ReadonlyMap<string, unknown>;
  /** Keeps a result; returns once it is in the file. */
  append<T extends Task>(task: T, result: Result<T>): Promise<void>;
}

/** For searches that keep none. */
export const NO_JOURNAL: Journal = { known: new Map(), append: async () => {} };

/** What a search depends on, beside what it finds out: a journal of another one is of no use. */
export type SearchIdentity = Readonly<Record<string, unknown>>;

/** The task as one text; equal tasks have equal ones. */
export function taskKey(task: Task): string {
  const candidates = 'candidates' in task ? task.candidates : 'candidate' in task ? [task.candidate] : [];
  const from = 'from' in task && task.from !== undefined ? ` from ${candidateKey(task.from)}` : '';
  return [task.kind + from, ...candidates.map(candidateKey)].join(', ');
}

/** The first line of a journal. */
export function identityLine(identity: SearchIdentity): string {
  return `${JSON.stringify({ search: identity })}\n`;
}

/** A line of a journal. */
export function resultLine<T extends Task>(task: T, result: Result<T>): string {
  return `${JSON.stringify({ task: taskKey(task), result })}\n`;
}

/** What a journal says. */
export interface JournalContent {
  /** Undefined for a journal without a whole line. */
  readonly identity: SearchIdentity | undefined;
  /** Results by `taskKey`. */
  readonly known: ReadonlyMap<string, unknown>;
  /** How many characters of the text hold whole lines: a last one that was cut off is left out. */
  readonly whole: number;
}

/** Reads a journal of JSON lines. Throws UserError for a text that is none. */
export function readJournal(text: string): JournalContent {
  const whole = text.lastIndexOf('\n') + 1;
  const [first, ...lines] = text.slice(0, whole).split('\n').slice(0, -1);
  if (first === undefined) return { identity: undefined, known: new Map(), whole: 0 };
  return { identity: identityIn(first), known: new Map(lines.map((line, index) => entryOf(line, index + 2))), whole };
}

/** Throws UserError for the journal of another search. */
export function requireSame({ identity }: JournalContent, expected: SearchIdentity): void {
  if (identity === undefined || identityLine(identity) === identityLine(expected)) return;
  throw new UserError('It is the journal of another search: the model, its data, the config or the strategy has changed', { hint: 'Delete it, or start anew with --force' });
}

/** The candidates that were measured, in the order in which they were. */
export function measuredIn({ known }: JournalContent, space: SearchSpace): readonly (Measurement & { readonly candidate: Candidate })[] {
  const prefix = `${'measure' satisfies Task['kind']}, `;
  return [...known].flatMap(([key, result]) => (key.startsWith(prefix) ? [{ ...(result as Measurement), candidate: candidateOf(key.slice(prefix.length), space) }] : []));
}

function identityIn(line: string): SearchIdentity {
  const { search } = jsonIn(line, 1) as { readonly search?: SearchIdentity };
  if (typeof search === 'object' && search !== null) return search;
  throw noEntry(1);
}

function entryOf(line: string, number: number): [string, unknown] {
  const { task, result } = jsonIn(line, number) as { readonly task?: unknown; readonly result?: unknown };
  if (typeof task === 'string' && result !== undefined) return [task, result];
  throw noEntry(number);
}

function jsonIn(line: string, number: number): object {
  try {
    return Object(JSON.parse(line)) as object;
  } catch {
    throw noEntry(number);
  }
}

function noEntry(number: number): UserError {
  return new UserError(`line ${number} is no entry of a journal`, { hint: 'Delete the file' });
}
