// The run over the corpus' ONNX models: `node scripts/check-onnx-corpus.mjs`. Each is read and written, converted to BF16 in
// both forms and to INT8 with its own inputs as calibration data; results are appended as they come, so a run can be continued.
// What is asked of every file:
// - onnx's checker and strict shape inference accept it where they accept the original in the same operator set;
// - onnxruntime runs it where it runs the original, and all outputs are there, in their types and shapes, and as finite;
// - read and written unchanged, outputs are equal; integers and strings always are;
// - each FP32 output has at least 30 dB of signal to noise in BF16 and 15 dB in INT8, or is off by 0.001 at most, or loses at
//   most 10 dB more than by rounding nothing but the model's inputs to that precision.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { writeNpz } from '../../src/engine/data/npz';
import { UserError } from '../../src/engine/errors';
import type { DataType } from '../../src/engine/graph/dataType';
import type { Tensor } from '../../src/engine/graph/tensor';
import { NO_PROGRESS } from '../../src/engine/host';
import { createConversion } from '../../src/engine/pipeline';
import { startKernels } from '../../src/worker/kernelRunner';
import { nodeHost } from '../../src/worker/nodeHost';
import { corpusFolder, type CorpusEntry } from './corpus';
import { OnnxJudge, type OutputDifference } from './onnxJudge';
import { openResultLog } from './resultLog';

const FORMS = ['unchanged', 'bf16', 'emulated', 'int8'] as const;
type Form = (typeof FORMS)[number];

interface FormResult {
  readonly form: Form;
  /** How many ops have the form's precision. */
  readonly ops: number;
  /** Why there is no file. */
  readonly refused?: string;
  readonly check?: string;
  readonly run?: string;
  readonly sqnrDb?: number;
  /** What is outside the bounds for a reason known. */
  readonly known?: string;
}

interface EntryResult {
  readonly name: string;
  readonly status: string;
  readonly forms: readonly FormResult[];
}

const CONFIGS: Readonly<Record<Form, object>> = {
  unchanged: {}, bf16: { use_bf16: true }, emulated: { use_bf16: true, onnx: { bf16: 'emulated' } }, int8: { calibration: { data: 'inputs.npz' } },
};

const results = path.resolve('test-results');
const work = path.join(results, 'onnx-corpus');

/** `--fresh` starts over; other arguments choose entries by a part of their name. */
export async function main(args: readonly string[]): Promise<void> {
  const folder = corpusFolder();
  if (folder === undefined) throw new Error('No corpus: set MIXED_PRECISION_CORPUS to its folder.');
  mkdirSync(work, { recursive: true });
  const log = openResultLog<EntryResult>(path.join(results, 'onnx-corpus.jsonl'), args.includes('--fresh'));
  const parts = args.filter((arg) => !arg.startsWith('--'));
  const entries = (JSON.parse(readFileSync(path.join(folder, 'manifest.json'), 'utf8')) as CorpusEntry[]).filter(({ kind }) => kind === 'onnx');
  const chosen = entries.filter(({ name }) => (parts.length > 0 ? parts.some((part) => name.includes(part)) : !log.done.has(name)));
  const judge = new OnnxJudge();
  const kernels = await startKernels({ script: path.resolve('dist/kernelProcess.js') });
  const host = nodeHost(NO_PROGRESS, () => Promise.resolve({ ...kernels, close: () => Promise.resolve() }));
  for (const [index, entry] of chosen.entries()) {
    process.stderr.write(`\r${index + 1} of ${chosen.length}  ${entry.name.padEnd(70).slice(0, 70)}`);
    log.add(await checkEntry(entry, folder, host, judge));
  }
  judge.close();
  await kernels.close();
  process.stderr.write('\n');
  const all = entries.flatMap(({ name }) => log.done.get(name) ?? []);
  writeFileSync(path.join(results, 'onnx-corpus.json'), `${JSON.stringify(all, null, 1)}\n`);
  for (const line of summaryLines(all)) console.log(line);
}

async function checkEntry(entry: CorpusEntry, folder: string, host: ReturnType<typeof nodeHost>, judge: OnnxJudge): Promise<EntryResult> {
  const forms: FormResult[] = [];
  const original = path.join(folder, entry.file);
  const io = entry.io === undefined ? undefined : path.join(folder, entry.io);
  const runs = entry.status === 'match' || entry.status === 'ran';
  const before = await judge.ask('check', { model: original }).catch((error: Error) => ({ checker: error.message, shapes: error.message }));
  const hasInputs = io !== undefined && writeInputs(io, path.join(work, 'inputs.npz'));
  for (const form of FORMS) {
    if (form === 'int8' && !(hasInputs && runs)) continue;
    forms.push(await checkForm(entry.name, form, original, io, runs, before, host, judge).catch((error: Error): FormResult => ({ form, ops: 0, run: `bug: ${error.stack}` })));
  }
  return { name: entry.name, status: entry.status, forms };
}

async function checkForm(
  name: string, form: Form, original: string, io: string | undefined, runs: boolean, before: { checker: string | null; shapes: string | null },
  host: ReturnType<typeof nodeHost>, judge: OnnxJudge,
): Promise<FormResult> {
  const written = path.join(work, `${form}.onnx`);
  const conversion = createConversion(host);
  let ops = 0;
  try {
    await conversion.open(original, { text: JSON.stringify(CONFIGS[form]), path: path.join(work, 'config.json') });
    for (let phase = 0; phase < (form === 'unchanged' ? 0 : 3); phase++) await conversion.runPhase();
    const counts = (await conversion.report()).phases.at(-1)?.precision;
    ops = form === 'int8' ? counts!.int8 : (counts?.bf16 ?? 0);
    await conversion.save(written, true);
  } catch (error) {
    if (error instanceof UserError) return { form, ops, refused: error.oneLine };
    throw error;
  }
  const after = await judge.ask('check', { model: written });
  const found = (before.checker === null ? after.checker : null) ?? (before.shapes === null ? after.shapes : null);
  const raised = found === null ? undefined : await judge.ask('checkRaised', { model: original, like: written });
  const check = found === raised?.shapes ? null : found;
  if (!runs || io === undefined || form === 'bf16') return { form, ops, ...(check === null ? {} : { check }) };
  const compared = await judge.ask('compare', { original, converted: written, inputs: io, precision: form === 'int8' ? 'int8' : 'bf16' });
  if ('failed' in compared) return { form, ops, ...(check === null ? {} : { check }), ...(compared.failed === 'converted' ? { run: compared.message } : {}) };
  const worst = Object.entries(compared.outputs).map(([name, difference]) => [name, problemOf(difference, form)] as const).find(([, problem]) => problem !== undefined);
  const sqnrs = Object.values(compared.outputs).map(({ sqnrDb }) => sqnrDb).filter((value) => typeof value === 'number');
  return {
    form, ops, ...(check === null ? {} : { check }), ...(worst === undefined ? {} : { run: `${worst[0]}: ${worst[1]}`, ...knownCause(name, form, sqnrs) }),
    ...(sqnrs.length === 0 ? {} : { sqnrDb: Math.min(...sqnrs) }),
  };
}

/** Least signal to noise of an output, in dB: BF16 has 8 significant bits, and a few layers cost some of them. */
const LEAST_SQNR: Readonly<Record<Form, number>> = { unchanged: Infinity, bf16: 30, emulated: 30, int8: 15 };
/** An error that is none where outputs are probabilities: those near 0 have no signal to speak of. */
const SMALL_ERROR = 0.001;
/** What the layers may lose beyond what the model makes of rounded inputs, in dB. */
const LOST_BY_LAYERS = 10;

interface KnownCause {
  readonly form: Form;
  readonly leastSqnr: number;
  readonly cause: string;
}

const KNOWN: Readonly<Record<string, KnownCause>> = {
  'real/basic_pitch_nmp': {
    form: 'emulated', leastSqnr: 20,
    cause: 'nine octaves of a spectrogram are convolutions of convolutions; with those in FP32 (op_name_dict) all outputs are within bounds',
  },
  'real/silero_vad': {
    form: 'int8', leastSqnr: 6,
    cause: 'noise as its input makes sums of hundreds, which saturate the gates of an LSTM; behind its second convolution, noise of 40 dB leaves anything between 14 and 38 dB, and quantize_static 16 dB',
  },
};

function knownCause(name: string, form: Form, sqnrs: readonly number[]): { known?: string } {
  const known = KNOWN[name];
  return known?.form === form && Math.min(...sqnrs) >= known.leastSqnr ? { known: known.cause } : {};
}

function problemOf(difference: OutputDifference, form: Form): string | undefined {
  if (difference.equal || difference.random === true) return undefined;
  if (difference.missing === true || difference.shapes !== undefined) return `missing or of another shape or type ${JSON.stringify(difference)}`;
  if ((difference.nonFiniteDiffer ?? 0) > 0) return `${difference.nonFiniteDiffer} elements became infinite or NaN, or no longer are`;
  if (difference.integers === true) return `${difference.differing} integers differ`;
  const sqnr = difference.sqnrDb ?? 0;
  if (form !== 'unchanged' && (difference.maxAbsError ?? Infinity) <= SMALL_ERROR) return undefined;
  const least = Math.min(LEAST_SQNR[form], (difference.roundedInputsDb ?? Infinity) - LOST_BY_LAYERS);
  return sqnr < (form === 'unchanged' ? Infinity : least) ? `SQNR ${sqnr.toFixed(1)} dB, largest error ${difference.maxAbsError}` : undefined;
}

const DTYPES: Readonly<Record<string, readonly [DataType, new (buffer: ArrayBuffer) => Exclude<Tensor['data'], readonly Uint8Array[]>]>> = {
  F32: ['float32', Float32Array], F64: ['float64', Float64Array], F16: ['float16', Uint16Array], I64: ['int64', BigInt64Array], I32: ['int32', Int32Array],
  I16: ['int16', Int16Array], I8: ['int8', Int8Array], U8: ['uint8', Uint8Array], U16: ['uint16', Uint16Array], BOOL: ['bool', Uint8Array],
};

/** The inputs in a safetensors file as an `.npz`; false where one has a type that calibration data cannot have. */
function writeInputs(io: string, target: string): boolean {
  const bytes = readFileSync(io);
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + length)) as Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }>;
  const arrays = new Map<string, Tensor>();
  for (const [name, entry] of Object.entries(header)) {
    if (!name.startsWith('in:')) continue;
    const known = DTYPES[entry.dtype];
    if (known === undefined) return false;
    const [start, end] = entry.data_offsets;
    const own = new Uint8Array(bytes.subarray(8 + length + start, 8 + length + end));
    arrays.set(name.slice(3), { dtype: known[0], shape: entry.shape, data: new known[1](own.buffer) });
  }
  writeFileSync(target, writeNpz(arrays));
  return arrays.size > 0;
}

function summaryLines(all: readonly EntryResult[]): string[] {
  const lines: string[] = [];
  for (const form of FORMS) {
    const found = all.flatMap((entry) => entry.forms.filter((result) => result.form === form).map((result) => ({ ...result, name: entry.name })));
    const count = (is: (result: FormResult) => boolean): number => found.filter(is).length;
    lines.push(`${form}: ${found.length} models, ${count(({ ops }) => ops > 0)} with ops of that precision; ` +
      `${count(({ refused }) => refused !== undefined)} refused, ${count(({ check }) => check !== undefined)} not accepted by onnx, ${count(({ run, known }) => run !== undefined && known === undefined)} not run or off`);
    for (const { name, refused, check, run, known } of found) {
      const problem = refused ?? check ?? (known === undefined ? run : `${run} (known: ${known})`);
      if (problem !== undefined) lines.push(`    ${name}: ${problem}`);
    }
  }
  return lines;
}
