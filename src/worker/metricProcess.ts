// Child process that runs a metric of the user's own: one that never ends, or crashes, takes nothing with it.
import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import type { Tensor } from '../engine/graph/tensor';
import { endWithParent, isWatcher, watchLifeline } from './lifeline';
import type { MetricReply, MetricRequest } from './metricProtocol';

type Tensors = Readonly<Record<string, Tensor>>;
type Metric = (outputs: Tensors, labels: Tensor | undefined, data: Tensors) => unknown;

/** What a module exports, by itself or, where it is written for `require`, as its default. */
type Exports = Readonly<Partial<Record<'default' | 'metric' | 'greaterIsBetter', unknown>>>;

function serve(): void {
  endWithParent(__filename);
  let file = '';
  let metric: Metric | undefined;
  const load = async (): Promise<MetricReply> => {
    const module = (await import(pathToFileURL(file).href)) as Exports;
    const own = Object(module.default) as Exports;
    metric = [module.metric, module.default, own.metric].find((value) => typeof value === 'function') as Metric | undefined;
    if (metric === undefined) throw new Error('it exports no function "metric", and none as its default');
    return { kind: 'loaded', higherIsBetter: (module.greaterIsBetter ?? own.greaterIsBetter) !== false, takesData: metric.length > 2 };
  };
  process.on('message', (request: MetricRequest) => {
    const answer = async (): Promise<MetricReply> => {
      if (request.kind === 'load') {
        ({ file } = request);
        return load();
      }
      const score = await metric!(Object.fromEntries(request.outputs), request.labels, Object.fromEntries(request.data));
      if (typeof score !== 'number') throw new Error(`it gave ${score === null ? 'null' : typeof score}, not a number`);
      return { kind: 'score', score };
    };
    const failed = (error: unknown): MetricReply => ({ kind: 'failed', message: messageOf(error), line: lineOf(error, file) });
    // Nobody waits for the answer of a metric that was given up.
    void answer().catch(failed).then((reply) => process.connected && process.send!(reply));
  });
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // What is said above names its file already.
  return error.constructor === Error ? error.message : `${error.name}: ${error.message}`;
}

/** Line of a file that the stack of an error names first; that of what Node cannot read it tells only when it checks the file. */
function lineOf(error: unknown, file: string): number | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  return lineIn(stack, file) ?? (error instanceof SyntaxError ? lineIn(spawnSync(process.execPath, ['--check', file], { encoding: 'utf8' }).stderr, file) : undefined);
}

function lineIn(stack: string, file: string): number | undefined {
  for (const name of [pathToFileURL(file).href, file]) {
    const at = stack.indexOf(`${name}:`);
    if (at >= 0) return Number.parseInt(stack.slice(at + name.length + 1)) || undefined;
  }
  return undefined;
}

if (isWatcher) watchLifeline();
else serve();
