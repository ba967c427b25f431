import type { Results, Task, TrialRunner } from './task';

/** Tasks whose candidates are answered one by one. */
type Splittable = Extract<Task, { readonly candidates: unknown }>;

/** Fewer candidates are not worth a task of their own: what they have in common is computed in each. */
const LEAST_CANDIDATES = 4;

/** Submits a task in as many parts as the runner can answer at once; the answer is that of the whole. */
export async function submitSplit<T extends Task>(task: T, runner: TrialRunner): Promise<Results[T['kind']]> {
  if (!isSplittable(task)) return runner.submit(task);
  const size = Math.max(LEAST_CANDIDATES, Math.ceil(task.candidates.length / runner.size));
  const starts = Array.from({ length: Math.max(1, Math.ceil(task.candidates.length / size)) }, (_, part) => part * size);
  const parts = await Promise.all(starts.map((start) => runner.submit({ ...task, candidates: task.candidates.slice(start, start + size) })));
  return parts.flat() as unknown as Results[T['kind']];
}

function isSplittable(task: Task): task is Splittable {
  return 'candidates' in task;
}
