import type { TuningConfig } from '../../src/engine/config/config';
import type { Explanation } from './judge';

export type Form = TuningConfig['quantization']['form'];
export const FORMS: readonly Form[] = ['qdq', 'fused'];

/**
 * `explained`: runs, and its outputs differ from the original's by INT8 ops alone, each within its bound. `no int8`: no op became
 * INT8, and its outputs are the original's. `refused`: the converter refused the model or its data. `random`: the original does not give the same outputs each time.
 */
export type Outcome = 'explained' | 'no int8' | 'random' | 'unexplained' | 'invalid' | 'refused';

export interface QuantizationResult {
  readonly name: string;
  readonly form: Form;
  readonly outcome: Outcome;
  readonly detail?: string;
  readonly ops: Explanation['ops'];
  readonly kernels: NonNullable<Explanation['fused']>['kernels'];
  /** Largest relative RMS error of an output beside the original's, as stock TensorFlow runs both. */
  readonly outputError?: number;
}

/** Counts, the largest errors by op type, and each exception with its cause, as text. */
export function quantizationSummary(results: readonly QuantizationResult[], total: number, notRun: readonly string[]): string {
  const lines = [`${total} graphs, of which TensorFlow does not run ${notRun.length}.`];
  for (const form of FORMS) {
    const own = results.filter((result) => result.form === form);
    const count = (outcome: Outcome): string => `${own.filter((result) => result.outcome === outcome).length} ${outcome}`;
    lines.push('', `${form}: ${(['explained', 'no int8', 'random', 'unexplained', 'invalid', 'refused'] as const).map(count).join(', ')}`);
    const ops = own.flatMap((result) => result.ops);
    for (const op of [...new Set(ops.map((one) => one.op))].sort()) {
      const same = ops.filter((one) => one.op === op);
      const most = (of: (one: Explanation['ops'][number]) => number): string => Math.max(...same.map(of)).toPrecision(2);
      lines.push(`  ${op}: ${same.length}, at most ${most(({ ofBound }) => ofBound)} of its bound, ${most(({ ofExpected = 0 }) => ofExpected)} of independent roundings, relative error ${most(({ error }) => error)}`);
    }
    const kernels = own.flatMap((result) => result.kernels);
    if (kernels.length > 0) lines.push(`  ${kernels.length} kernels: at most ${Math.max(...kernels.map(({ steps = 0 }) => steps)).toPrecision(3)} steps, ${Math.max(...kernels.map(({ relative = 0 }) => relative)).toPrecision(2)} relative`);
    for (const { name, outcome, detail, outputError } of own) {
      if (outcome === 'unexplained' || outcome === 'invalid' || outcome === 'refused' || outcome === 'random') lines.push(`  ${outcome}: ${name} ${outputError?.toPrecision(2) ?? ''} ${detail}`);
    }
  }
  return `${lines.join('\n')}\n`;
}
