import { type ChildProcess, fork } from 'node:child_process';
import { dirname, join } from 'node:path';
import { CancelledError, type UserError } from '../engine/errors';
import type { OwnMetric } from '../engine/tuning/ownMetric';
import { killChild, withLifeline } from './lifeline';
import type { MetricReply, MetricRequest } from './metricProtocol';
import { METRIC_LIMIT, metricError, type MetricOptions, tooSlow } from './metricOptions';
import { whenCancelled } from './whenCancelled';

/** Loads a metric in JavaScript in a process of its own. `script`: the bundled metricProcess, by default beside this bundle. Throws UserError where it cannot be loaded. */
export async function startJavaScriptMetric(
  file: string, { progress, limit = METRIC_LIMIT }: MetricOptions, script = join(__dirname, 'metricProcess.js'),
): Promise<OwnMetric> {
  const child = fork(script, [], {
    serialization: 'advanced',
    execArgv: [],
    cwd: dirname(file),
    // In VS Code's extension host process.execPath is Electron, which this makes behave as Node.
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    // What it prints must not be mixed with the output of the command line.
    stdio: withLifeline(2, 2),
  });
  const ask = async (request: MetricRequest): Promise<Exclude<MetricReply, { kind: 'failed' }>> => {
    const stops: (() => void)[] = [];
    const stopped = new Promise<never>((_, reject) => {
      const timer = setTimeout(() => reject(tooSlow(file, limit)), limit);
      stops.push(whenCancelled(progress, reject), () => clearTimeout(timer));
    });
    try {
      const reply = await Promise.race([exchange(child, file, request), stopped]);
      if (reply.kind === 'failed') throw metricError(file, reply.message, reply.line);
      return reply;
    } catch (error) {
      // It may be in the middle of anything.
      if (error instanceof CancelledError || request.kind === 'load') killChild(child);
      throw error;
    } finally {
      for (const stop of stops) stop();
    }
  };
  const loaded = (await ask({ kind: 'load', file })) as Extract<MetricReply, { kind: 'loaded' }>;
  return {
    higherIsBetter: loaded.higherIsBetter,
    async score({ outputs, labels, data }) {
      const reply = await ask({ kind: 'score', outputs, labels, data: loaded.takesData ? data : new Map() });
      return (reply as Extract<MetricReply, { kind: 'score' }>).score;
    },
    async close() {
      killChild(child);
    },
  };
}

/** The answer to a request; a process that ends fails with how it did. */
function exchange(child: ChildProcess, file: string, request: MetricRequest): Promise<MetricReply> {
  return new Promise((resolve, reject) => {
    const fail = (cause: string): void => reject(endedError(file, cause));
    if (!child.connected) return fail('it ended before');
    child.once('message', resolve);
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code, signal) => fail(`it ended with ${signal ?? `code ${code}`}`));
    child.send(request, (error) => error !== null && fail(error.message));
  });
}

function endedError(file: string, cause: string): UserError {
  return metricError(file, `the process of the metric stopped: ${cause}`, undefined);
}
