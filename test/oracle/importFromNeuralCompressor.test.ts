// Configs of Neural Compressor, read by its own code and by our import: both say the same, and still do after export.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TuningConfig } from '../../src/engine/config/config';
import { exportNeuralCompressor, type ExportFormat } from '../../src/engine/config/neuralCompressor/exportConfig';
import { importNeuralCompressor, type ImportNote } from '../../src/engine/config/neuralCompressor/importConfig';
import { javascriptPattern } from '../../src/engine/config/neuralCompressor/javascriptPattern';
import { matchesWholeName } from '../../src/engine/config/pattern';
import { LOWEST_FIRST, readRules } from '../../src/engine/config/rules';
import { tensorflowDialect } from '../../src/engine/formats/tensorflow/dialect';
import type { Node } from '../../src/engine/graph/graph';
import { readConfig } from '../support/tuningConfigs';
import { type Meaning, meaningOf, meaningOfInc } from './incMeaning';
import { askNeuralCompressor, type IncConfig, type StaticQuantConfig } from './neuralCompressor';

const FIXTURES = path.resolve('test/fixtures/neural-compressor');
const folder = mkdtempSync(path.join(tmpdir(), 'mixed-precision-inc-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Fixture {
  readonly name: string;
  readonly config: TuningConfig;
  readonly notes: readonly ImportNote[];
}

/** By the version of Neural Compressor's interface: `v1/minimal.yaml`. */
const names = ['v1', 'v2', 'v3'].flatMap((version) => readdirSync(path.join(FIXTURES, version)).map((name) => `${version}/${name}`)).sort();
const fixtures = names.filter((name) => /\.(ya?ml|py)$/.test(name)).map((name): Fixture => {
  const text = readFileSync(path.join(FIXTURES, name), 'utf8');
  const { config, notes } = importNeuralCompressor(text, name);
  return { name, config: readConfig(config), notes };
});
const version3 = fixtures.filter(({ name }) => name.startsWith('v3/'));
const version2 = fixtures.filter((fixture) => !version3.includes(fixture));

/** What Neural Compressor 2.6 reads in files, by their names. */
function read(files: readonly string[]): IncConfig[] {
  const isYaml = (file: string): boolean => !file.endsWith('.py');
  const answers = new Map<string, IncConfig>();
  for (const [command, of] of [['read_yaml', files.filter(isYaml)], ['read_python', files.filter((file) => !isYaml(file))]] as const) {
    askNeuralCompressor('2.6', command, of.map((file) => ({ path: file }))).forEach((answer, index) => answers.set(of[index]!, answer as IncConfig));
  }
  return files.map((file) => answers.get(file)!);
}

/** A script whose values only running it tells. */
const COMPUTED = 'v2/computed.py';

const PYTHON_PATTERNS = [
  '.*', 'conv\\d*', '(?P<side>left|right)/conv_(?P=side)', '[]\\[]odd\\]{,2}', 'decoder/\\w+(?#any name)\\Z', '\\Adecoder/.*', '[^]/]+', 'a{,1}', '(?s)head/.*', '(?:fc|head)/?.*',
  'layer1\\.0\\..*', '(?<=x)a', '.*(?<!\\d)', '(?i)HEAD/.*', '(?>a|ab)c', 'a++', '\\N{DIGIT ONE}',
];
const WITHOUT_EQUAL = ['(?i)HEAD/.*', '(?>a|ab)c', 'a++', '\\N{DIGIT ONE}'];

it('there are at least 25 configs of Neural Compressor', () => {
  expect(fixtures.length).toBeGreaterThanOrEqual(25);
});

describe('what Neural Compressor reads in a file is what is imported', () => {
  let said: IncConfig[] = [];
  beforeAll(() => {
    said = read(version2.map(({ name }) => path.join(FIXTURES, name)));
  });

  it.each(version2.map((fixture, index) => [fixture.name, fixture, index] as const).filter(([name]) => name !== COMPUTED))('%s', (_name, { config, notes }, index) => {
    const meaning = meaningOfInc(said[index]!, Object.keys(config.op_type_dict), notes);
    // Where the file does not say it, its default is on for Neural Compressor and off for us, which is noted.
    const useBf16 = notes.some(({ path: at }) => at.endsWith('use_bf16')) ? !config.use_bf16 : config.use_bf16;
    expect({ ...meaningOf(config), useBf16 }).toEqual(meaning);
  });

  it('but for what a script computes, which is noted', () => {
    const index = version2.findIndex(({ name }) => name === COMPUTED);
    const { config, notes } = version2[index]!;
    const [theirs, ours] = [meaningOfInc(said[index]!, []), meaningOf(config)];
    const differing = (Object.keys(theirs) as (keyof Meaning)[]).filter((key) => JSON.stringify(theirs[key]) !== JSON.stringify(ours[key]));
    expect(differing).toEqual(['samplingSize', 'byType', 'byName']);
    expect(notes.filter(({ message }) => message.includes('computes it')).map(({ path: at }) => at)).toEqual(['calibration_sampling_size', 'op_type_dict.matmul.activation.dtype', 'op_name_dict']);
  });
});

describe('the precision version 3 gives each op is what is imported', () => {
  const files = version3.map(({ name }) => ({ path: path.join(FIXTURES, name) }));
  const TYPES = ['Conv2D', 'MatMul', 'MaxPool', 'ConcatV2', 'DepthwiseConv2dNative', 'BatchMatMulV2'];
  let said: StaticQuantConfig[] = [];
  let precisions: (readonly (string | readonly string[])[])[] = [];
  /** Of types that are set by themselves version 3 forgets the ops, which is noted. */
  const opsOf = (index: number): (readonly [string, string])[] => {
    const { local } = said[index]!;
    const patterns = local.filter((name) => !Object.hasOwn(version3[index]!.config.op_type_dict, name));
    const names = ['stem', 'model/head', ...patterns.flatMap((name) => [name, `${name}_1`, `other/${name}`])].map((name) => name.replace(/[^\w/]/g, '1'));
    return TYPES.filter((type) => !local.includes(type)).flatMap((type) => names.map((name) => [name, type] as const));
  };
  beforeAll(() => {
    said = askNeuralCompressor('3.9', 'read_python', files) as StaticQuantConfig[];
    precisions = askNeuralCompressor('3.9', 'mapping', files.map((file, index) => ({ ...file, ops: opsOf(index) })));
  });

  it.each(version3.map((fixture, index) => [fixture.name, fixture, index] as const))('%s', (_name, { config }, index) => {
    expect(config.quantization.weight_granularity).toBe(said[index]!.weight_granularity);
    const rules = readRules(config, tensorflowDialect);
    const wishes = opsOf(index).map(([name, op]) => rules.override({ name, op } as Node)?.accepts[0] ?? 'int8');
    expect(wishes).toEqual(precisions[index]!.map((given) => LOWEST_FIRST.find((precision) => [given].flat().includes(precision))));
  });
});

describe.each<[ExportFormat, string]>([['inc-yaml', 'yaml'], ['inc-python', 'py']])('what was imported says the same to Neural Compressor as %s', (format, extension) => {
  let said: IncConfig[] = [];
  beforeAll(() => {
    said = read(fixtures.map(({ name, config }) => {
      const file = path.join(folder, `${name.replace('/', '-')}.${extension}`);
      writeFileSync(file, exportNeuralCompressor(config, format).text);
      return file;
    }));
  });

  it.each(fixtures.map((fixture, index) => [fixture.name, fixture, index] as const))('%s', (_name, { config }, index) => {
    const { byType, ...meaning } = meaningOfInc(said[index]!, Object.keys(config.op_type_dict));
    const leftOut = exportNeuralCompressor(config, format).notes.map(({ path: at }) => at);
    const byName = Object.entries(config.op_name_dict).filter(([pattern]) => !leftOut.includes(`op_name_dict.${pattern}`));
    const { byType: ofConfig, ...ours } = meaningOf({ ...config, op_name_dict: Object.fromEntries(byName) });
    expect(meaning).toEqual(ours);
    // Neural Compressor has one name for several types: others of them may come along.
    expect(byType).toMatchObject(ofConfig);
  });
});

it('patterns match the names they matched in Python', () => {
  const names = [
    '', 'a', 'conv', 'conv1', 'model/conv1/Conv2D', 'block_1/conv', 'head/dense', 'HEAD/dense', 'fc', 'MatMul_3', 'lstm/while/MatMul_3', 'left/conv_left', 'left/conv_right',
    'decoder/x', 'decoder/out', '[odd]', '[odd', ']odd]]', 'bert/encoder/layer_11/attention/self', 'backbone/block1/conv', 'layer1.0.conv1',
  ];
  const converted = PYTHON_PATTERNS.map((pattern) => javascriptPattern(pattern));
  const [inPython] = askNeuralCompressor('2.6', 'fullmatch', [{ patterns: PYTHON_PATTERNS, names }]);
  PYTHON_PATTERNS.forEach((pattern, index) => {
    if (converted[index] !== undefined) expect([pattern, names.filter(matchesWholeName(converted[index]))]).toEqual([pattern, inPython![index]]);
  });
  expect(PYTHON_PATTERNS.filter((_, index) => converted[index] === undefined)).toEqual(WITHOUT_EQUAL);
});
