import { applyEdits, findNodeAtLocation, modify, parseTree } from 'jsonc-parser';
import { UserError } from '../engine/errors';
import type { ParsedConfig } from '../engine/config/parse';
import type { ConfigEdit, Path } from '../engine/config/problem';
import { removeKey } from './removeKey';
import type { ConfigChange, FromConfig } from '../../webview/protocol';

type Edits = { readonly [T in ConfigChange['type']]: (change: Extract<ConfigChange, { type: T }>) => readonly ConfigEdit[] };

const EDITS: Edits = {
  setUseBf16: ({ value }) => [{ path: ['use_bf16'], value }],
  clearBf16Ops: () => [{ path: ['bf16_ops'], value: undefined }],
  setOpTypes: ({ ops, choice }) => ops.map((op) => ({ path: ['op_type_dict', op], value: choice === 'auto' ? undefined : choice })),
  // The last matching pattern wins, so an override is set by moving it to the end.
  setOverride: ({ pattern, choice }) => {
    const path = ['op_name_dict', pattern];
    const removed = { path, value: undefined };
    return choice === undefined ? [removed] : [removed, { path, value: choice }];
  },
  setBf16Form: ({ form }) => [{ path: ['onnx', 'bf16'], value: form }],
  setPytorchMode: ({ mode }) => [{ path: ['pytorch', 'mode'], value: mode }],
  setAlgorithm: ({ algorithm }) => [{ path: ['calibration', 'algorithm'], value: algorithm }],
  setSamplingSize: ({ samples }) => [{ path: ['calibration', 'sampling_size'], value: samples }],
  clearCalibration: () => ['data', 'ranges'].map((key) => ({ path: ['calibration', key], value: undefined })),
  setWeightGranularity: ({ granularity }) => [{ path: ['quantization', 'weight_granularity'], value: granularity }],
  setWeightAlgorithm: ({ algorithm }) => [{ path: ['quantization', 'weight_algorithm'], value: algorithm }],
  setPreparation: ({ rule, isOn }) => [{ path: ['preparation', rule], value: isOn ? undefined : false }],
  setInt8Form: ({ form }) => [{ path: ['quantization', 'form'], value: form }],
  setCastPlacement: ({ placement }) => [{ path: ['cast_placement'], value: placement }],
  setCastCost: ({ cost }) => [{ path: ['cast_cost'], value: cost }],
  setBf16Reward: ({ reward }) => [{ path: ['bf16_reward'], value: reward }],
  setTargetIsa: ({ isa }) => [{ path: ['target_isa'], value: isa }],
  setAccuracyCriterion: ({ criterion }) => [{ path: ['accuracy_criterion'], value: criterion }],
  setSensitiveOps: ({ name, staysFp32 }) => [{ path: ['sensitive_ops', name], value: staysFp32 ? undefined : 'auto' }],
  applyEdits: ({ edits }) => edits,
};

/** The change of the config file that a control of the side panel stands for; undefined for messages that edit nothing. */
export function editsOf(message: FromConfig): readonly ConfigEdit[] | undefined {
  if (!Object.hasOwn(EDITS, message.type)) return undefined;
  return (EDITS[message.type as ConfigChange['type']] as (message: FromConfig) => readonly ConfigEdit[])(message);
}

/** The text with the edits applied one after the other; comments and formatting stay. Throws UserError for text that is not valid JSON. */
export function editConfig({ text, file, problems }: ParsedConfig, edits: readonly ConfigEdit[]): string {
  const syntax = problems.find(({ path, severity }) => path.length === 0 && severity === 'error');
  if (syntax !== undefined) throw new UserError(syntax.message, { file, hint: 'Correct the file first' });
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const formattingOptions = { insertSpaces: !/^\t/m.test(text), tabSize: /^( +)"/m.exec(text)?.[1]?.length ?? 2, eol };
  const start = text.trim() === '' ? `{}${eol}` : text;
  return edits.reduce((edited, { path, value }) => {
    if (value === undefined) return removeKey(edited, [...path]);
    return applyEdits(edited, modify(edited, [...path], value, { formattingOptions }));
  }, start);
}

/** The smallest single replacement that turns `before` into `after`, by offsets into `before`. */
export function replacement(before: string, after: string): { readonly start: number; readonly end: number; readonly text: string } {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  let tail = 0;
  while (tail < shorter - start && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  return { start, end: before.length - tail, text: after.slice(start, after.length - tail) };
}

export { exactPattern } from '../engine/config/pattern';

/** Where a key, or the nearest one around it that is there, stands in the text with its value. */
export function findConfigKey(text: string, key: string | Path): { readonly offset: number; readonly length: number } | undefined {
  const root = parseTree(text);
  const path = typeof key === 'string' ? pathOf(key) : key;
  for (let depth = path.length; root !== undefined && depth > 0; depth--) {
    const value = findNodeAtLocation(root, path.slice(0, depth));
    if (value !== undefined) return value.parent?.type === 'property' ? value.parent : value;
  }
  return undefined;
}

/** Of a key such as `op_type_dict.Conv2D`: only the first dot separates, as node names have dots. */
function pathOf(key: string): Path {
  const dot = key.indexOf('.');
  return dot < 0 ? [key] : [key.slice(0, dot), key.slice(dot + 1)];
}
