import { describe, expect, it } from 'vitest';
import { editConfig } from '../../../src/document/configEdits';
import { parseConfig, requireValid } from '../../../src/engine/config/parse';
import { candidateEdits, configOf, convertsAlike } from '../../../src/engine/tuning/applyCandidate';
import type { Candidate, SearchSpace } from '../../../src/engine/tuning/candidate';

const FILE = 'm.mixed-precision.json';
const SPACE: SearchSpace = {
  units: [
    { name: 'a.1', kind: 'op', op: 'Conv2D', nodes: ['a.1'], choices: ['int8', 'bf16', 'fp32'], planned: 'int8' },
    { name: 'b', kind: 'op', op: 'MatMul', nodes: ['b'], choices: ['int8', 'fp32'], planned: 'int8' },
    { name: 'Relu', kind: 'opType', op: 'Relu', nodes: ['r'], choices: ['bf16', 'fp32'], planned: 'bf16' },
  ],
  settings: [{ algorithm: 'minmax', weight_granularity: 'per_channel' }, { algorithm: 'percentile', weight_granularity: 'per_tensor' }],
};
const TEXT = `{
  "use_bf16": true,
  // the head is safe
  "op_name_dict": {
    "head/.*": "fp32", // said by the data team
    "tail": "int8"
  },
  "tuning": { "data": "test.npz" }
}
`;

const parsed = (text: string) => requireValid(parseConfig(text, FILE));
const base = { base: parsed(TEXT), space: SPACE, files: { data: 'test.npz' } };
const candidate = (setting: number, ...precisions: Candidate['precisions']): Candidate => ({ setting, precisions });

function applied(text: string, to: Candidate): string {
  return editConfig(parseConfig(text, FILE), candidateEdits(parsed(text), base, to));
}

describe('a point that is applied', () => {
  it('adds its rules and what they were measured with, and keeps comments and all else', () => {
    const text = applied(TEXT, candidate(1, 'bf16', 'fp32', 'fp32'));
    expect(text).toContain('// said by the data team');
    expect(JSON.parse(text.replaceAll(/\/\/.*/g, ''))).toEqual({
      use_bf16: true, op_name_dict: { 'head/.*': 'fp32', tail: 'int8', 'a\\.1': 'bf16', b: 'fp32' }, op_type_dict: { Relu: 'fp32' },
      calibration: { data: 'test.npz', algorithm: 'percentile' }, quantization: { weight_granularity: 'per_tensor' }, tuning: { data: 'test.npz' },
    });
  });

  it('takes back the rules of the one before', () => {
    const all = [candidate(1, 'bf16', 'fp32', 'fp32'), candidate(0, 'fp32', 'int8', 'bf16'), candidate(0, 'int8', 'int8', 'bf16'), candidate(1, 'int8', 'fp32', 'fp32')];
    for (const first of all) {
      for (const second of all) {
        const text = applied(applied(TEXT, first), second);
        expect(convertsAlike(parsed(text), configOf(base, second))).toBe(true);
        expect(text).toContain('// said by the data team');
      }
    }
  });

  it('needs no edit where the config is it already', () => {
    const one = candidate(0, 'fp32', 'int8', 'fp32');
    const config = parsed(applied(TEXT, one));
    expect(candidateEdits(config, base, one)).toEqual([]);
    expect(convertsAlike(config, configOf(base, candidate(0, 'bf16', 'int8', 'fp32')))).toBe(false);
  });

  it('puts its rules after others, where the last match wins', () => {
    const text = applied('{ "op_name_dict": { "b": "int8", "later.*": "int8" }, "tuning": { "data": "test.npz" } }', candidate(0, 'int8', 'fp32', 'bf16'));
    expect(Object.entries(parsed(text).op_name_dict)).toEqual([['head/.*', 'fp32'], ['tail', 'int8'], ['b', 'fp32']]);
  });
});
