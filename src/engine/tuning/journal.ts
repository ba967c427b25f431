import { UserError } from '../errors';
import { candidateKey } from './candidate';
import type { Result, Task } from './task';

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

/**
 * Reads a journal of JSON lines: the results by `taskKey`, and how many characters of the text hold whole lines. A last line
 * that was cut off is left out. Throws UserError for the journal of another search.
 */
export function readJournal(text: string, identity: SearchIdentity): { readonly known: ReadonlyMap<string, unknown>; readonly whole: number } {
  const whole = text.lastIndexOf('\n') + 1;
  const [first, ...lines] = text.slice(0, whole).split('\n').slice(0, -1);
  if (first === undefined) return { known: new Map(), whole: 0 };
  if (`${first}\n` !== identityLine(identity)) {
    throw new UserError('It is the journal of another search: the model, its data, the config or the strategy has changed', { hint: 'Delete it, or start anew with --force' });
  }
  return { known: new Map(lines.map((line, index) => entryOf(line, index + 2))), whole };
}

function entryOf(line: string, number: number): [string, unknown] {
  try {
    const { task, result } = JSON.parse(line) as { readonly task?: unknown; readonly result?: unknown };
    if (typeof task === 'string' && result !== undefined) return [task, result];
  } catch {
    // As below.
  }
  throw new UserError(`line ${number} is no entry of a journal`, { hint: 'Delete the file' });
}
