import type { OwnCode } from '../engine/host';
import type { OwnMetric } from '../engine/tuning/ownMetric';
import type { Tensor } from '../engine/graph/tensor';
import { METRIC_LIMIT, metricError, type MetricOptions, tooSlow } from './metricOptions';
import type { Frame } from './pythonFrames';
import { PythonError, startPython } from './pythonProcess';

/** Loads a metric in Python, in the user's own. Throws UserError where it cannot be loaded, or no Python be started. */
export async function startPythonMetric(file: string, { python: command }: OwnCode, { progress, limit = METRIC_LIMIT }: MetricOptions): Promise<OwnMetric> {
  const python = await startPython({ ...(command === undefined ? {} : { commands: [command] }), progress });
  const ask = async (header: object, tensors: readonly Tensor[]): Promise<Frame['header']> => {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      python.end();
    }, limit);
    try {
      return (await python.request({ key: file, ...header }, tensors, { progress })).header;
    } catch (error) {
      if (isLate) throw tooSlow(file, limit);
      throw error instanceof PythonError ? metricError(file, error.message, error.line) : error;
    } finally {
      clearTimeout(timer);
    }
  };
  try {
    const { higherIsBetter, takesData } = await ask({ op: 'loadMetric', path: file }, []);
    return {
      higherIsBetter: higherIsBetter === true,
      async score({ outputs, labels, data }) {
        const given = takesData === true ? data : new Map<string, Tensor>();
        const names = { outputs: [...outputs.keys()], labels: labels !== undefined, data: [...given.keys()] };
        const { score } = await ask({ op: 'score', ...names }, [...outputs.values(), ...(labels === undefined ? [] : [labels]), ...given.values()]);
        return typeof score === 'number' ? score : NaN;
      },
      async close() {
        python.end();
      },
    };
  } catch (error) {
    python.end();
    throw error;
  }
}
