import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

interface Named {
  readonly name: string;
}

/** Results of a long run over the corpus, a line of JSON each, appended as they come: a run that was ended goes on where it was. */
export interface ResultLog<T extends Named> {
  /** By the entry's name; the last one counts. */
  readonly done: ReadonlyMap<string, T>;
  add(result: T): void;
}

/** Opens the log in `file`, or starts it over. */
export function openResultLog<T extends Named>(file: string, fresh: boolean): ResultLog<T> {
  mkdirSync(path.dirname(file), { recursive: true });
  if (fresh) rmSync(file, { force: true });
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter((line) => line !== '') : [];
  const done = new Map(lines.map((line) => JSON.parse(line) as T).map((result) => [result.name, result]));
  return {
    done,
    add: (result) => {
      done.set(result.name, result);
      appendFileSync(file, `${JSON.stringify(result)}\n`);
    },
  };
}
