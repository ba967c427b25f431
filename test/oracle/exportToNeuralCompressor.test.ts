// Configs written for Neural Compressor, read by Neural Compressor's own code.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PrecisionWish } from '../../src/engine/config/config';
import { exportNeuralCompressor, type ExportFormat } from '../../src/engine/config/neuralCompressor/exportConfig';
import { pythonPattern } from '../../src/engine/config/neuralCompressor/pythonPattern';
import { matchesWholeName } from '../../src/engine/config/pattern';
import { EXPORTABLE, NOTED, readConfig } from '../support/tuningConfigs';
import { askNeuralCompressor, type IncConfig, type IncOps } from './neuralCompressor';

const folder = mkdtempSync(path.join(tmpdir(), 'mixed-precision-inc-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** With op types that would do harm outside a text. */
const CONFIGS: readonly object[] = [...EXPORTABLE, { op_type_dict: { '"}, "x": {"': 'fp32', '!!python/object:os.system': 'fp32', '<<': 'int8', '=': 'fp32' } }];

/** What Neural Compressor reads in the exported files. */
function exportAll(configs: readonly object[], format: ExportFormat, version: '2.0' | '2.6'): IncConfig[] {
  const files = configs.map((config, index) => {
    const file = path.join(folder, `${configs.length}-${index}.${format === 'inc-yaml' ? 'yaml' : 'py'}`);
    writeFileSync(file, exportNeuralCompressor(readConfig(config), format, { name: 'net "1"' }).text);
    return { path: file };
  });
  const command = format === 'inc-yaml' ? 'read_yaml' : 'read_python';
  return askNeuralCompressor(version, command, files) as IncConfig[];
}

/** Names and dtypes of activations, in order; weights must have none. */
function dtypes(ops: IncOps): [string, readonly string[] | null | undefined][] {
  return Object.entries(ops).map(([name, { activation, weight }]) => {
    expect(weight ?? null).toBeNull();
    return [name, activation?.dtype];
  });
}

const listed = (wishes: Readonly<Record<string, PrecisionWish>>): [string, readonly string[]][] =>
  Object.entries(wishes).map(([name, wish]) => [name, typeof wish === 'string' ? [wish] : wish]);

describe.each<[ExportFormat, '2.0' | '2.6']>([['inc-yaml', '2.0'], ['inc-yaml', '2.6'], ['inc-python', '2.6']])('%s in Neural Compressor %s', (format, version) => {
  let exported: IncConfig[] = [];
  beforeAll(() => {
    exported = exportAll(CONFIGS, format, version);
  });

  it.each(CONFIGS.map((config, index) => [JSON.stringify(config), index] as const))('says what %s says', (text, index) => {
    const config = readConfig(CONFIGS[index]!);
    const said = exported[index]!;
    expect(said.use_bf16).toBe(config.use_bf16);
    expect(said.approach).toBe('post_training_static_quant');
    expect(said.sampling_size).toEqual([config.calibration.sampling_size]);
    expect(said.accuracy_criterion).toEqual(config.accuracy_criterion);
    expect(said.inputs).toEqual(config.inputs ?? []);
    expect(said.outputs).toEqual(config.outputs ?? []);
    const { '.*': ofAll, ...ofTypes } = said.op_types;
    expect(dtypes(ofTypes).filter(([type]) => !/^(conv[23]d|deconv[23]d|matmul|pooling|concat|batchnorm|pad)$/.test(type))).toEqual(listed(config.op_type_dict));
    expect(dtypes(said.op_names)).toEqual(listed(config.op_name_dict).map(([pattern, accepted]) => [pythonPattern(pattern), accepted]));
    const granularity = format === 'inc-yaml' ? said.model_wise?.weight?.granularity : (ofAll?.weight?.granularity ?? ['per_channel']);
    expect(granularity).toEqual([config.quantization.weight_granularity]);
    if (format === 'inc-yaml') {
      expect(said.model).toEqual({ name: 'net "1"', framework: 'tensorflow' });
    }
    const algorithm = format === 'inc-yaml' ? said.model_wise?.activation?.algorithm : (ofAll?.activation?.algorithm ?? ['minmax']);
    expect(algorithm).toEqual([config.calibration.algorithm]);
  });

  it('accepts what is noted', () => {
    for (const config of NOTED) {
      const { notes } = exportNeuralCompressor(readConfig(config), format);
      expect(notes.length).toBeGreaterThan(0);
    }
    expect(exportAll(NOTED, format, version).map(({ op_types: types, op_names: names }) => [Object.keys(types), Object.keys(names)])).toEqual([
      [[], []], [[], []], [[], []], [['Conv2D', 'conv2d', 'MaxPool', 'AvgPool'], []], [[], ['b.*']],
    ]);
  });
});

describe('regular expressions', () => {
  const PATTERNS = [
    '.*', 'conv\\d+', 'a|ab', '(a|ab)(c|bcd)?', '[^/]+/kernel', '(?<block>b\\d)/(?:x|y)', 'a(?=b).*', 'a(?!b).*', '\\w+[-.]\\w*', '[\\w\\-./]+', 'x{2,3}', 'x{2}', 'x{', 'x{a}',
    '\\a\\e\\Z', '[\\B\\e]', '\\x41\\u0042', '[[a]+', '[a&&b]+', '\\/\\_\\.', 'a$|b', '^a', '(?:)', '', 'a\\/b', '[.]', '\\bconv\\b.*', 'a+?b*?', '.', '[\\s\\S]*', '\\$x', '[^\\d]+', 'a-b_c.d',
  ];
  const NAMES = [
    '', 'a', 'b', 'ab', 'abc', 'abcd', 'ac', 'acb', 'conv1', 'conv12', 'conv', 'model/kernel', 'b1/x', 'b2/y', 'b1/z', 'w-1', 'w.', 'xx', 'xxx', 'xxxx', 'x{', 'x{a}', 'aeZ', 'B', 'e', 'AB',
    '[', '[a', 'a[a', 'a&&b', '&', '/_.', 'a/b', '.', 'conv/1', 'aab', '$x', 'a-b_c.d', 'a-b_cxd', '1', '-',
  ];

  it('match the same names in Python', () => {
    const inPython = PATTERNS.map((pattern) => pythonPattern(pattern) ?? `no equal of ${pattern}`);
    const [found] = askNeuralCompressor('2.6', 'fullmatch', [{ patterns: inPython, names: NAMES }]);
    PATTERNS.forEach((pattern, index) => expect([pattern, found![index]]).toEqual([pattern, NAMES.filter(matchesWholeName(pattern))]));
  });
});
