import type { Random } from '../engine/phases/minimumCut/random';
import { constant, placeholder, type NodeSpec } from './graphBuilder';

/** What a random model is made of besides the ops every one may have. */
export interface RandomGraphOptions {
  readonly ops: number;
  /** Lets while loops be among them. */
  readonly loops?: boolean;
  /** Lets values be rounded to BF16 and back by the model. */
  readonly roundings?: boolean;
  /** Lets batch normalisation follow products, taken apart into arithmetic. */
  readonly batchNorms?: boolean;
}

export interface RandomGraph {
  readonly nodes: readonly NodeSpec[];
  /** Everything that nothing reads, and some that is read. */
  readonly outputs: readonly string[];
}

const SIZE = 4;
const T = { T: 'float32' };
const B = { T: 'bfloat16' };

/**
 * A valid model whose float values are all 4 x 4: heavy, light, free and denied ops, two outputs read apart, lists of types,
 * shared constants, islands that are BF16 in the model, bytes and quantized bytes.
 */
export function randomGraph(random: Random, { ops, loops = false, roundings = false, batchNorms = false }: RandomGraphOptions): RandomGraph {
  const nodes: NodeSpec[] = [
    placeholder('x', 'float32', [SIZE, SIZE]), placeholder('bytes', 'uint8', [SIZE, SIZE]), placeholder('codes', 'quint8', [SIZE, SIZE]),
    constant('axis', 'int32', [], [0]), constant('shape', 'int32', [2], [SIZE, SIZE]), constant('permutation', 'int32', [2], [1, 0]),
    constant('low', 'float32', [], [-1]), constant('high', 'float32', [], [1]),
    ...['w', 'v'].map((name, at) => constant(name, 'float32', [SIZE, SIZE], Array.from({ length: SIZE * SIZE }, (_, i) => ((i * 7 + at * 5) % 11) / 8 - 0.6))),
    { name: 'w/read', op: 'Identity', inputs: ['w'], attrs: T },
    ...(batchNorms ? [constant('scale', 'float32', [SIZE], [0.5, 2, 1, -1]), constant('shift', 'float32', [SIZE], [0.25])] : []),
  ];
  const values = ['x'];
  const halves: string[] = [];
  const pick = (from: readonly string[]): string => from[random.below(from.length)]!;
  /** Any value, recent ones rather. */
  const value = (): string => (random.chance(0.6) ? pick(values.slice(-4)) : pick(values));
  const operand = (): string => (random.chance(0.25) ? pick(['w', 'v', 'w/read']) : value());
  const add = (name: string, op: string, inputs: readonly string[], attrs: NodeSpec['attrs'] = T): string => {
    nodes.push({ name, op, inputs, attrs });
    return name;
  };
  const cast = (name: string, input: string, SrcT: string, DstT: string): string => add(name, 'Cast', [input], { SrcT, DstT });

  const makers: readonly ((name: string) => readonly string[])[] = [
    (name) => [add(name, 'MatMul', [value(), operand()])],
    (name) => [add(name, 'MatMul', [value(), operand()])],
    (name) => [add(name, pick(['Relu', 'Tanh', 'Sigmoid', 'Relu']), [value()])],
    (name) => [add(name, pick(['Neg', 'Abs', 'Identity', 'Neg']), [value()])],
    (name) => [add(name, pick(['Cos', 'Atan', 'Cos']), [value()])],
    (name) => [add(name, pick(['AddV2', 'Mul', 'Sub', 'Maximum']), [value(), operand()])],
    (name) => [add(name, 'AddN', [value(), value(), operand()], { ...T, N: 3 })],
    (name) => [add(name, 'Reshape', [value(), 'shape'], { ...T, Tshape: 'int32' })],
    (name) => [add(name, 'Transpose', [value(), 'permutation'], { ...T, Tperm: 'int32' })],
    (name) => {
      halves.push(add(name, 'Split', ['axis', value()], { ...T, num_split: 2 }), `${name}:1`);
      return [add(`${name}/joined`, 'ConcatV2', [pick(halves), pick(halves), 'axis'], { ...T, N: 2, Tidx: 'int32' })];
    },
    (name) => [add(name, 'IdentityN', [value(), value()], { T: ['float32', 'float32'] }), `${name}:1`],
    (name) => {
      const inner = add(`${name}/inner`, pick(['Relu', 'Neg', 'Tanh']), [cast(`${name}/down`, value(), 'float32', 'bfloat16')], B);
      return [cast(name, inner, 'bfloat16', 'float32')];
    },
    (name) => [cast(name, 'bytes', 'uint8', 'float32')],
    (name) => [add(name, 'Dequantize', ['codes', 'low', 'high'], { T: 'quint8', mode: 'MIN_COMBINED', dtype: 'float32' })],
    ...(roundings ? [(name: string) => [cast(name, cast(`${name}/down`, value(), 'float32', 'bfloat16'), 'bfloat16', 'float32')]] : []),
    ...(batchNorms ? [(name: string) => {
      const scaled = add(`${name}/scaled`, 'Mul', [add(`${name}/product`, 'MatMul', [value(), pick(['w', 'v'])]), 'scale']);
      return [add(name, 'AddV2', [scaled, 'shift'])];
    }] : []),
    ...(loops ? [(name: string) => [addLoop(name, value(), pick(['w', 'v']), pick(['Tanh', 'Cos', 'Neg']), nodes)]] : []),
  ];
  for (let i = 0; i < ops; i++) values.push(...makers[random.below(makers.length)]!(`n${i}`));

  const read = new Set(nodes.flatMap(({ inputs = [] }) => inputs.map((input) => input.replace('^', ''))));
  const isCast = (name: string): boolean => nodes.find((node) => node.name === name.split(':')[0])!.op === 'Cast';
  const made = [...values.slice(1), ...halves].filter((name) => !name.startsWith('x'));
  // A fetched Cast of the model would have to stay beside an equal one for the sake of its name.
  const fetched = made.filter((name) => !read.has(name) || random.chance(0.08)).map((name) => (isCast(name) ? add(`${name}/out`, 'Identity', [name]) : name));
  return { nodes, outputs: [...new Set(fetched)] };
}

/** Two trips around `state = op(state · weight)`, as tf.while_loop writes them in TensorFlow 1. */
function addLoop(name: string, initial: string, weight: string, op: string, nodes: NodeSpec[]): string {
  const enter = (suffix: string, input: string, dtype: string, is_constant: boolean): NodeSpec =>
    ({ name: `${name}/${suffix}`, op: 'Enter', inputs: [input], attrs: { T: dtype, frame_name: name, is_constant } });
  const variable = (prefix: string, first: string, dtype: string, next: string): NodeSpec[] => [
    enter(`${prefix}enter`, first, dtype, false),
    { name: `${name}/${prefix}merge`, op: 'Merge', inputs: [`${name}/${prefix}enter`, `${name}/${prefix}next`], attrs: { T: dtype, N: 2 } },
    { name: `${name}/${prefix}switch`, op: 'Switch', inputs: [`${name}/${prefix}merge`, `${name}/cond`], attrs: { T: dtype } },
    { name: `${name}/${prefix}alive`, op: 'Identity', inputs: [`${name}/${prefix}switch:1`], attrs: { T: dtype } },
    { name: `${name}/${prefix}next`, op: 'NextIteration', inputs: [next], attrs: { T: dtype } },
  ];
  nodes.push(
    constant(`${name}/zero`, 'int32', [], [0]), constant(`${name}/two`, 'int32', [], [2]),
    enter('limit', `${name}/two`, 'int32', true), enter('weight', weight, 'float32', true),
    ...variable('i/', `${name}/zero`, 'int32', `${name}/i/more`), ...variable('', initial, 'float32', `${name}/op`),
    { name: `${name}/less`, op: 'Less', inputs: [`${name}/i/merge`, `${name}/limit`], attrs: { T: 'int32' } },
    { name: `${name}/cond`, op: 'LoopCond', inputs: [`${name}/less`] },
    { ...constant(`${name}/one`, 'int32', [], [1]), inputs: [`^${name}/i/alive`] },
    { name: `${name}/i/more`, op: 'AddV2', inputs: [`${name}/i/alive`, `${name}/one`], attrs: { T: 'int32' } },
    { name: `${name}/product`, op: 'MatMul', inputs: [`${name}/alive`, `${name}/weight`], attrs: T },
    { name: `${name}/op`, op, inputs: [`${name}/product`], attrs: T },
    { name: `${name}/exit`, op: 'Exit', inputs: [`${name}/switch`], attrs: T },
  );
  return `${name}/exit`;
}

/** A config that asks for BF16: by the default list or an own one, with some nodes pinned to a precision by name. */
export function randomConfig(random: Random, { nodes }: RandomGraph): { readonly use_bf16: true; readonly op_name_dict: Record<string, string>; readonly bf16_ops?: string[] } {
  const pins: Record<string, string> = {};
  for (const { name, op } of nodes) {
    if (op === 'Placeholder' || op === 'Const' || op === 'Cast' || !random.chance(0.15)) continue;
    pins[name] = random.chance(0.5) ? 'fp32' : 'bf16';
  }
  return { use_bf16: true, op_name_dict: pins, ...(random.chance(0.3) ? { bf16_ops: ['MatMul', 'AddV2'] } : {}) };
}
