// Casts that a conversion leaves, counted in the written file, against the fewest possible: SciPy's maximum flow over the types
// and kernels that TensorFlow itself registers.
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildGraph, convertSubject, expectSameResults, workFolder, type Converted, type Subject } from './cases';
import { pythonPath, type DescribedNode } from './judge';
import { askPlacement, noSensitiveOps, type Optimum, type PlacementCase } from './placement';

const samples = path.resolve('media/samples');
const GRAPHS = ['residual_net', 'three_convolutions', 'cast_with_two_consumers', 'split_consumer', 'resize_twice', 'loop'];
const DIGITS = ['digits_cnn', 'digits_transformer', 'digits_gru'];
const NETWORKS = ['keras_transformer4', 'lstm_text'];

/** Of outputs, RMS of the error over RMS; a rounding to BF16 before a quantization can put a value on its other side. */
const [TOLERANCE, INT8_TOLERANCE] = [0.04, 0.2];

/** Together all rewards stay below one Cast. */
const TINY = 1e-5;
const PLACEMENTS = {
  fewest: { cast_placement: 'min_cut', bf16_reward: 0 },
  most: { cast_placement: 'min_cut', bf16_reward: TINY },
  depthFirst: { cast_placement: 'depth_first' },
  none: { cast_placement: 'none' },
};

interface Conversion {
  readonly at: PlacementCase;
  readonly placement: keyof typeof PLACEMENTS;
  readonly converted: Converted;
  /** What phase 1 leaves: the graph to place Casts in. */
  readonly unconverted: string;
}

/** With what placement.py says of it. */
interface Placed extends Conversion {
  readonly optimum: Optimum;
  readonly casts: number;
  readonly bf16Ops: number;
}

/** By name of the model. */
const subjects = new Map<string, Subject>();
const placed = new Map<string, Placed[]>();

beforeAll(async () => {
  for (const name of GRAPHS) subjects.set(name, await buildGraph(name));
  const digits = { inputs: path.join(samples, 'digits_test.npz'), feeds: ['image'], outputs: ['Identity'] };
  for (const name of DIGITS) subjects.set(name, { model: path.join(samples, `${name}.pb`), ...digits });
  for (const name of NETWORKS) subjects.set(name, await makeNetwork(name));

  const names = [...subjects.keys()];
  const scenarios = { folder: workFolder, names: ['S1', 'S2', 'S3', 'S4', 'S5'], seeds: [0] };
  const cases = await askPlacement('cases', [...subjects.values()].map(({ model, inputs }) => ({ ...scenarios, model, inputs })));
  const conversions: (Conversion & { readonly name: string })[] = [];
  for (const [index, name] of names.entries()) {
    conversions.push(...(await placeAll(subjects.get(name)!, cases[index]!)).map((conversion) => ({ ...conversion, name })));
  }
  const counts = await askPlacement('placed', conversions.map(({ converted }) => ({ model: converted.path })));
  const placements = conversions.map(({ at: { opened, scenario, seed }, unconverted }) => ({ opened, scenario, seed, unconverted }));
  const optima = await askPlacement('optimum', placements);
  const results = conversions.map((conversion, index) => ({ ...conversion, ...counts[index]!, optimum: optima[index]! }));
  for (const name of names) placed.set(name, results.filter((one) => one.name === name));
}, 600_000);

/** A network of the bench, as TensorFlow simplified it. */
async function makeNetwork(name: string): Promise<Subject> {
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' };
  await promisify(execFile)(pythonPath(), [path.resolve('bench/make_models.py'), workFolder, name], { env });
  const [model, inputs] = [path.join(workFolder, 'base', `${name}.pb`), path.join(workFolder, `${name}.npz`)];
  return { model, inputs, feeds: ['ids'], outputs: ['Identity'] };
}

/** Every scenario in both tie-breaks of the minimum cut; the other placements, which promise less, in one. */
async function placeAll(subject: Subject, cases: readonly PlacementCase[]): Promise<Conversion[]> {
  const results: Conversion[] = [];
  for (const at of cases) {
    const calibration = at.scenario.endsWith('calibrated') ? { calibration: subject.inputs } : {};
    const convert = (placement: Conversion['placement'], until: 'quantize' | 'optimize'): Promise<Converted> => {
      const config = { ...at.config, ...PLACEMENTS[placement], sensitive_ops: noSensitiveOps(), calibration: { sampling_size: 2 } };
      return convertSubject({ ...subject, model: at.model, outputs: at.outputs }, { config, until, ...calibration });
    };
    const placements: Conversion['placement'][] = ['fewest', 'most', ...(at.scenario === 'S2' ? ['depthFirst', 'none'] as const : [])];
    const running = [convert('none', 'quantize'), ...placements.map((placement) => convert(placement, 'optimize'))] as const;
    const [unconverted, ...converted] = await Promise.all(running);
    results.push(...placements.map((placement, index) => ({ at, placement, converted: converted[index]!, unconverted: unconverted.path })));
  }
  return results;
}

const FLOATS: ReadonlySet<string> = new Set(['float32 bfloat16', 'bfloat16 float32']);
const castOf = ({ attributes }: DescribedNode): string => `${String(attributes['SrcT'])} ${String(attributes['DstT'])}`;
const label = ({ at, placement }: Placed): string => `${at.scenario} ${placement}`;

describe.each([...GRAPHS, ...DIGITS, ...NETWORKS])('Casts of %s', (name) => {
  const by = (...placements: Placed['placement'][]): Placed[] => placed.get(name)!.filter((one) => placements.includes(one.placement));

  it('are the fewest possible by the minimum cut', () => {
    const emitted = by('fewest', 'most').map((one) => [label(one), one.casts]);
    expect(emitted).toEqual(by('fewest', 'most').map((one) => [label(one), one.optimum.casts]));
  });

  it('leave as few BF16 ops as they can, or with a reward as many', () => {
    // Casts outside loops are preferred before that, and what ends an INT8 op stays FP32 with it.
    const hasLoop = by('fewest')[0]!.converted.original.ofOp('NextIteration').length > 0;
    for (const one of by('fewest', 'most')) {
      const isFree = !hasLoop && !one.at.scenario.endsWith('calibrated');
      const { fewestBf16, mostBf16 } = one.optimum;
      expect(one.bf16Ops, label(one)).toBeGreaterThanOrEqual(fewestBf16);
      expect(one.bf16Ops, label(one)).toBeLessThanOrEqual(mostBf16);
      if (isFree) expect(one.bf16Ops, label(one)).toBe(one.placement === 'fewest' ? fewestBf16 : mostBf16);
    }
  });

  it('are reported as they are, with their lower bound', () => {
    for (const one of placed.get(name)!) {
      // Casts that the opened model has and keeps are no work of ours: both numbers are without them.
      const own = new Set(one.converted.original.ofOp('Cast').map((cast) => cast.name));
      const kept = one.converted.model.ofOp('Cast').filter((cast) => own.has(cast.name) && FLOATS.has(castOf(cast))).length;
      const { remaining, lowerBound } = one.converted.report.casts;
      expect({ remaining, lowerBound }, label(one)).toEqual({ remaining: one.casts - kept, lowerBound: one.optimum.casts - kept });
    }
  });

  it('are never fewer than that in other placements', () => {
    for (const one of by('depthFirst', 'none')) expect(one.casts, label(one)).toBeGreaterThanOrEqual(one.optimum.casts);
  });

  it('leave graphs that TensorFlow runs, with the results of FP32', async () => {
    for (const { at, converted } of placed.get(name)!) {
      await expectSameResults(converted, at.scenario.startsWith('S5') ? INT8_TOLERANCE : TOLERANCE);
    }
  });
});
