// INT8 over the whole corpus: `node scripts/check-quantization.mjs [--fresh] [NAME_PART…]`. Ranges come from each graph's own inputs.
// Results are appended as they come, so a run can be continued.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { calibrate } from '../../src/engine/calibration/calibrate';
import type { Ranges } from '../../src/engine/calibration/ranges';
import { readRanges } from '../../src/engine/calibration/rangesFile';
import { DEFAULT_CONFIG, type TuningConfig } from '../../src/engine/config/config';
import type { Dialect } from '../../src/engine/dialect';
import type { FusedForm } from '../../src/engine/fusedForm';
import { tensorflowDialect as dialect } from '../../src/engine/formats/tensorflow/dialect';
import { type Graph, type ValueRef, valueKey } from '../../src/engine/graph/graph';
import { type KernelRunner, NO_PROGRESS } from '../../src/engine/host';
import { foldAndPlan } from '../../src/engine/phases/prepare/foldAndPlan';
import { planFused } from '../../src/engine/phases/quantize/fused/planFused';
import { quantize } from '../../src/engine/phases/quantize/quantize';
import { valuesToRecord } from '../../src/engine/recordRanges';
import { startKernels } from '../../src/worker/kernelRunner';
import { corpusFolder, graphDefs } from './corpus';
import { type CorpusSubject, subjectOf, writeGraph } from './corpusSubject';
import { type ErrorStatistics, type FusedNames, Judge } from './judge';
import { type Form, FORMS, type Outcome, type QuantizationResult, quantizationSummary } from './quantizationSummary';
import { openResultLog } from './resultLog';

/** What rounding in another order may make of an output or a result: relative error. */
const ROUNDING = 1e-4;
/** In steps of a grid: half of one for rounding to it, the rest for FP32 on the way. */
const HALF_A_STEP = 0.51;
/** How much larger the RMS of an op's error may be than of independent roundings: those of values that are alike, such as of an even background, are not. */
const OVER_INDEPENDENT = 4;
/** How much larger the error of an output with INT8 inside loops may be than that of random changes of the same size. */
const OVER_NOISE = 2;
/** How often the original is run beside itself before it passes for deterministic. */
const REPEATS = 8;

/** Ranges by the embedded runtime, or by TensorFlow, but for values inside loops, where it lacks an op. */
async function rangesFor(subject: CorpusSubject, kernels: KernelRunner, judge: Judge, work: string): Promise<Ranges> {
  const values = valuesToRecord(subject.graph, DEFAULT_CONFIG, { dialect, canCalibrate: true }, NO_PROGRESS);
  if (values.length === 0) return new Map();
  try {
    return await calibrate({ graph: subject.graph, dialect, values, data: subject.data, samplingSize: 100, algorithm: 'minmax', kernels, progress: NO_PROGRESS });
  } catch (error) {
    const target = path.join(work, 'ranges.json');
    const inLoops = dialect.nodesInLoops(subject.graph);
    const names = values.filter(({ node }) => !inLoops.has(node)).map(valueKey);
    await judge.ask('write_ranges_of', { model: subject.file, inputs: subject.inputs, feeds: subject.feeds, values: names, target }).catch((second: Error) => {
      throw new Error(`${(error as Error).message}; ${second.message}`);
    });
    return readRanges(readFileSync(target, 'utf8'));
  }
}

/** The dialect, none of whose ops becomes a kernel. */
function withoutKernels(form: FusedForm): Dialect {
  const reason = 'Left as it is.';
  return { ...dialect, fusedForm: { ...form, fuse: () => ({ reason }), keepInt8: () => ({ reason }) } };
}

interface Written {
  readonly prepared: string;
  readonly quantized: string;
  readonly converted: string;
  readonly hasInt8: boolean;
  readonly fused?: FusedNames;
}

/** Writes the graph before INT8, with Quantize and Dequantize, and in its form. */
async function convert(subject: CorpusSubject, form: Form, ranges: Ranges, work: string): Promise<Written> {
  const config: TuningConfig = { ...DEFAULT_CONFIG, quantization: { ...DEFAULT_CONFIG.quantization, form } };
  const { graph } = subject;
  const rangesOf = async (): Promise<Ranges> => ranges;
  const fileOf = (name: string): string => path.join(work, `${name}.pb`);
  const context = { dialect, canCalibrate: true };
  const { folded } = foldAndPlan(graph, config, context, NO_PROGRESS);
  const prepared = await writeGraph(fileOf('prepared'), folded);
  const quantized = await quantize({ graph, config, context: { ...context, dialect: withoutKernels(dialect.fusedForm!) }, rangesOf }, NO_PROGRESS);
  const file = await writeGraph(fileOf('quantized'), quantized.graph);
  const hasInt8 = quantized.changes.some(({ rule }) => rule === 'quantize-value');
  if (form === 'qdq' || !hasInt8) return { prepared, quantized: file, converted: file, hasInt8 };
  const fused = await quantize({ graph, config, context, rangesOf }, NO_PROGRESS);
  const converted = await writeGraph(fileOf('fused'), fused.graph);
  return { prepared, quantized: file, converted, hasInt8, fused: { fused: converted, ...names(quantized.graph, fused.graph, planFused(folded, fused.plan, dialect, dialect.fusedForm!).ops) } };
}

/** Where the values of the graph with Quantize and Dequantize are in that with kernels. */
function names(quantized: Graph, fused: Graph, ops: ReturnType<typeof planFused>['ops']): Omit<FusedNames, 'fused'> {
  const makers = new Map(ops.map(({ node, result }) => [valueKey(result), node]));
  const nameIn = (graph: Graph, { node, output }: ValueRef): string => (output === 0 ? graph.nodes.get(node)!.name : `${graph.nodes.get(node)!.name}:${output}`);
  const makerOf = (value: ValueRef): ValueRef | undefined => {
    if (fused.nodes.has(value.node)) return value;
    const maker = makers.get(valueKey(value));
    return maker === undefined ? undefined : { node: maker, output: 0 };
  };
  const numbers = new Map<string, string>();
  for (const node of quantized.nodes.values()) {
    if (!dialect.isQuantize(node)) continue;
    const value = fused.nodes.has(node.id) ? { node: node.id, output: 0 } : makerOf(node.inputs[0]!);
    if (value !== undefined) numbers.set(node.name, nameIn(fused, value));
  }
  const isKernel = (id: string): boolean => dialect.isQuantized(fused.nodes.get(id)!);
  const results = ops.filter(({ node }) => isKernel(node) && dialect.outputTypes(fused.nodes.get(node)!)[0] === 'float32');
  const overwritten = ops.flatMap(({ node, summand }) => (summand === undefined || !isKernel(node) ? [] : [makerOf(summand)].flatMap((value) => (value === undefined ? [] : [nameIn(fused, value)]))));
  return {
    numbers: Object.fromEntries(numbers),
    results: Object.fromEntries(results.map(({ node, result }) => [nameIn(quantized, result), fused.nodes.get(node)!.name])),
    overwritten,
  };
}

interface Judgement extends Pick<QuantizationResult, 'ops' | 'kernels'> {
  readonly outputError: number;
  /** What is not as it should be, in words. */
  readonly faults: readonly string[];
}

/** The converted model beside the original in TensorFlow, with one setting of oneDNN. */
async function judgement({ file, feeds, fetches, inputs }: CorpusSubject, { prepared, quantized, converted, fused, hasInt8 }: Written, judge: Judge): Promise<Judgement> {
  const feeding = { inputs, feeds, fetches };
  const { outputs } = await judge.ask('compare', { original: file, converted, ...feeding });
  const faults = Object.entries(outputs).flatMap(([name, output]) => faultOf(name, output) ?? []);
  const outputError = Math.max(0, ...Object.values(outputs).map(({ relativeRms = 0 }) => relativeRms));
  if (!hasInt8) return { ops: [], kernels: [], outputError, faults: [...faults, ...tooLarge(outputError, 'the output, without any INT8')] };
  const { ops, preparation, byNoise = Infinity, carriedOn = 0, fused: kernelsAlone } = await judge.ask('explain_int8', { original: file, prepared, quantized, fused, ...feeding });
  const kernels = kernelsAlone?.kernels ?? [];
  faults.push(
    ...ops.filter(({ explained, ofExpected = 0 }) => !(explained && ofExpected <= OVER_INDEPENDENT)).map((op) => `an op ${JSON.stringify(op)}`),
    ...kernels.filter(({ steps = 0, relative = 0 }) => !(steps <= HALF_A_STEP && relative <= ROUNDING)).map((kernel) => `a kernel ${JSON.stringify(kernel)}`),
    ...(outputError <= OVER_NOISE * byNoise + ROUNDING ? [] : [`the output, with INT8 in loops: ${outputError.toPrecision(2)}, where random changes as large make ${byNoise.toPrecision(2)}`]),
    ...tooLarge(preparation, 'preparation'), ...tooLarge(carriedOn, 'the outputs beyond what INT8 ops make of them'), ...tooLarge(kernelsAlone?.carriedOn ?? 0, 'the outputs beyond what kernels make of them'),
  );
  return { ops, kernels, outputError, faults };
}

function faultOf(name: string, { dtypes, shapes, nonFiniteDiffer = 0 }: ErrorStatistics): string | undefined {
  if (dtypes[0] !== dtypes[1] || shapes[0].join() !== shapes[1].join()) return `${name} has another type or shape`;
  return nonFiniteDiffer > 0 ? `${name} is not finite in one only` : undefined;
}

function tooLarge(error: number, what: string): readonly string[] {
  return error <= ROUNDING ? [] : [`${what}: ${error.toPrecision(2)}`];
}

async function check(subject: CorpusSubject, form: Form, ranges: Ranges | Error, judges: readonly Judge[], work: string): Promise<Omit<QuantizationResult, 'name'>> {
  const of = (outcome: Outcome, detail?: string): Omit<QuantizationResult, 'name'> => ({ form, outcome, ops: [], kernels: [], ...(detail === undefined ? {} : { detail }) });
  let written: Written;
  try {
    if (ranges instanceof Error) throw ranges;
    written = await convert(subject, form, ranges, work);
  } catch (error) {
    return of('refused', firstLine(error));
  }
  const found: Judgement[] = [];
  try {
    for (const judge of judges) found.push(await judgement(subject, written, judge));
  } catch (error) {
    return of('invalid', firstLine(error));
  }
  const faults = found.flatMap((one) => one.faults);
  const outcome = faults.length === 0 ? (written.hasInt8 ? 'explained' : 'no int8') : (await isRandom(subject, judges[0]!)) ? 'random' : 'unexplained';
  return {
    ...of(outcome, faults.length === 0 ? undefined : faults.slice(0, 5).join('; ')),
    ops: found.flatMap(({ ops }) => ops), kernels: found.flatMap(({ kernels }) => kernels), outputError: Math.max(...found.map((one) => one.outputError)),
  };
}

/** Ops that draw numbers: what they feed need not show in an output, such as the number of the largest of some values. */
const DRAWS = /^(Random|(ParameterizedT|T)runcatedNormal|Multinomial)/;

async function isRandom({ file, graph, inputs, feeds, fetches }: CorpusSubject, judge: Judge): Promise<boolean> {
  if ([...graph.nodes.values()].some(({ op }) => DRAWS.test(op))) return true;
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const { outputs } = await judge.ask('compare', { original: file, converted: file, inputs, feeds, fetches });
    if (!Object.values(outputs).every(({ equal }) => equal)) return true;
  }
  return false;
}

const firstLine = (error: unknown): string => (error as Error).message.split('\n').slice(0, 2).join(' ').slice(0, 400);

interface EntryResult {
  readonly name: string;
  /** Absent where TensorFlow does not run the graph. */
  readonly forms?: readonly QuantizationResult[];
}

async function checkEntry(subject: CorpusSubject, name: string, kernels: KernelRunner, judges: readonly Judge[], work: string): Promise<EntryResult> {
  const { file: model, inputs, feeds, fetches } = subject;
  const runs = await judges[0]!.ask('run', { model, inputs, feeds, fetches }).then(() => true, () => false);
  if (!runs) return { name };
  const ranges = await rangesFor(subject, kernels, judges[0]!, work).catch((error: Error) => error);
  const forms: QuantizationResult[] = [];
  for (const form of FORMS) forms.push({ name, ...(await check(subject, form, ranges, judges, work)) });
  return { name, forms };
}

/** `--fresh` starts over; other arguments choose entries by a part of their name. */
export async function main(args: readonly string[]): Promise<void> {
  const folder = corpusFolder();
  if (folder === undefined) throw new Error('No corpus: set MIXED_PRECISION_CORPUS to its folder.');
  const log = openResultLog<EntryResult>(path.resolve('test-results', 'quantization.jsonl'), args.includes('--fresh'));
  const work = mkdtempSync(path.resolve('test-results', 'quantization-'));
  const parts = args.filter((arg) => !arg.startsWith('--'));
  const entries = graphDefs(folder).filter(({ outputs }) => Object.keys(outputs).length > 0);
  const chosen = entries.filter(({ name }) => (parts.length > 0 ? parts.some((part) => name.includes(part)) : !log.done.has(name)));
  const kernels = await startKernels({ script: path.resolve('dist/kernelProcess.js') });
  const start = (): readonly Judge[] => [Judge.start(false), Judge.start(true)];
  let judges = start();
  for (const [index, entry] of chosen.entries()) {
    process.stderr.write(`\r${index + 1} of ${chosen.length}  ${entry.name.padEnd(70).slice(0, 70)}`);
    if (judges.some(({ ended }) => ended)) judges = start();
    log.add(await checkEntry(await subjectOf(entry, folder, work), entry.name, kernels, judges, work));
  }
  for (const judge of judges) judge.close();
  await kernels.close();
  rmSync(work, { recursive: true });
  process.stderr.write('\n');
  const all = entries.flatMap(({ name }) => log.done.get(name) ?? []);
  writeFileSync(path.resolve('test-results', 'quantization.json'), JSON.stringify(all.flatMap(({ forms = [] }) => forms), undefined, 1));
  process.stdout.write(quantizationSummary(all.flatMap(({ forms = [] }) => forms), all.length, all.flatMap(({ name, forms }) => (forms === undefined ? [name] : []))));
}
