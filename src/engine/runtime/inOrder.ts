/**
 * Results of tasks in their order, with at most `size` of them running at a time. A task is started when it is asked for, or
 * earlier; where the reader stops, no further one is.
 */
export async function* inOrder<T, R>(tasks: readonly T[], size: number, start: (task: T) => Promise<R>): AsyncGenerator<R, void, void> {
  const running: Promise<R>[] = [];
  let next = 0;
  while (next < tasks.length || running.length > 0) {
    while (next < tasks.length && running.length < size) {
      const result = start(tasks[next++]!);
      // An error is thrown where its turn comes; until then it is no unhandled one.
      result.catch(() => {});
      running.push(result);
    }
    yield await running.shift()!;
  }
}
