/**
 * Works on one input at a time; of those that come meanwhile, only on the newest. `done` and `failed` hear of an input that is
 * the newest still. Called without an input, what is under way is no longer wanted.
 */
export function newestOnly<Input, Result>(
  work: (input: Input) => Promise<Result>,
  done: (result: Result, input: Input) => void,
  failed: (error: unknown, input: Input) => void,
): (input: Input | undefined) => void {
  let newest: { readonly input: Input } | undefined;
  let isWorking = false;
  const start = async (): Promise<void> => {
    isWorking = true;
    for (let at = newest; at !== undefined; at = newest === at ? undefined : newest) {
      const { input } = at;
      const isNewest = (): boolean => newest === at;
      try {
        const result = await work(input);
        if (isNewest()) done(result, input);
      } catch (error) {
        if (isNewest()) failed(error, input);
      }
    }
    newest = undefined;
    isWorking = false;
  };
  return (input) => {
    newest = input === undefined ? undefined : { input };
    if (!isWorking && newest !== undefined) void start();
  };
}
