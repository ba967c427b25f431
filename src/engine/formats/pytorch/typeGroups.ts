import { baseName, opArguments, runsInBfloat16 } from '../../capabilities/pytorch';
import { isRandom, KEEPS_PARAMETERS } from '../../capabilities/pytorchPrecision';
import type { TypeGroup } from '../../dialect';
import type { Attribute } from '../../graph/attribute';
import type { DataType } from '../../graph/dataType';
import type { Node } from '../../graph/graph';
import { retyped } from '../retyped';
import { isCast, isDequantize, isQuantize } from './boundaryNodes';
import { type NodeSource, sourceOf } from './source';

/** Name of the group of everything FP32 in a node as it was read. */
const FLOATS = 'dtype';
/** Groups of a Cast. */
const FROM = 'from';
const TO = 'to';

/** The tensors of a node by the type they had when it was read: those of FP32 are computed with, and change together. */
export function typeGroups(node: Node): readonly TypeGroup[] {
  const source = sourceOf(node);
  if (source.origin?.tensor !== undefined || node.op === 'input') return [];
  if (isCast(node)) return [
    { name: FROM, dtype: source.inputTypes[0]!, inputs: [0], outputs: [] },
    { name: TO, dtype: source.outputTypes[0]!, inputs: [], outputs: [0] },
  ];
  const first = source.firstTypes ?? source;
  const groups = new Map<DataType, { inputs: number[]; outputs: number[] }>();
  const enter = (type: DataType | undefined, side: 'inputs' | 'outputs', position: number): void => {
    if (type === undefined) return;
    const group = groups.get(type) ?? { inputs: [], outputs: [] };
    groups.set(type, group);
    group[side].push(position);
  };
  first.inputTypes.forEach((type, input) => enter(keepsType(node, input) ? undefined : type, 'inputs', input));
  first.outputTypes.forEach((type, output) => enter(keepsType(node, output) ? undefined : type, 'outputs', output));
  return [...groups].map(([type, { inputs, outputs }]) => ({
    name: type === 'float32' ? FLOATS : type,
    // An op may read some of its inputs in BF16 and compute in FP32.
    dtype: (outputs.length > 0 ? source.outputTypes[outputs[0]!] : source.inputTypes[inputs[0]!])!,
    inputs,
    outputs,
  }));
}

/** Whether the input (or output) at a position is a parameter or statistic that stays FP32 whatever the rest is. */
function keepsType(node: Node, position: number): boolean {
  return position > 0 && KEEPS_PARAMETERS.has(baseName(node.op) ?? '');
}

type Answer = { readonly ok: true } | { readonly ok: false; readonly reason: string };

const refuse = (reason: string): Answer => ({ ok: false, reason });

/** Whether PyTorch's CPU build computes the node once the named groups have these types, and nothing else ties it to its own. */
export function kernelFor(node: Node, types: ReadonlyMap<string, DataType>): Answer {
  const groups = typeGroups(node);
  const missing = [...types.keys()].find((name) => !groups.some((group) => group.name === name));
  if (missing !== undefined) return refuse(`${node.op} has nothing of the type group ${missing}.`);
  const { origin } = sourceOf(node);
  if (origin?.fixed !== undefined) return refuse(origin.fixed);
  if (isQuantize(node) || isDequantize(node)) return refuse(`${node.op} has its types in its arguments.`);
  if (opArguments(node.op) === undefined) return refuse(`${node.op} is no op of PyTorch's own, so its types stay as they are.`);
  if (isRandom(node.op)) return refuse(`${node.op} would draw other random numbers.`);
  if (!isCast(node) && statesType(node)) return refuse('It states the type of its result itself.');
  const floats = groups.find(({ name }) => types.has(name) && name === FLOATS);
  if (floats?.inputs.length === 0) return refuse(`${node.op} makes its values itself, so another type would give other values.`);
  const wantsBfloat16 = [...types.values()].includes('bfloat16');
  if (wantsBfloat16 && !isCast(node) && !runsInBfloat16(node.op)) return refuse(`PyTorch has no CPU kernel of ${node.op} in BF16.`);
  if (wantsBfloat16 && hasNumberBeyondBfloat16(node)) return refuse(`A number in the arguments of ${node.op} is beyond what BF16 can hold.`);
  return { ok: true };
}

/** Whether an argument is a finite number larger than all of BF16: PyTorch does not round it to infinity, but fails (c10/util/TypeCast.h). */
function hasNumberBeyondBfloat16({ attributes }: Node): boolean {
  return [...attributes.values()].some((attribute) => attribute.kind === 'float' && Number.isFinite(attribute.value) && Math.abs(attribute.value) > LARGEST_BFLOAT16);
}

/** (2 - 2^-7)·2^127. */
const LARGEST_BFLOAT16 = 2 ** 128 - 2 ** 120;

/** Whether an argument says the type of the result. An assertion says that of what it reads, and changes with it. */
function statesType(node: Node): boolean {
  return node.attributes.get('dtype')?.kind === 'type' && node.op !== ASSERTION;
}

const ASSERTION = 'aten._assert_tensor_metadata';

/** The node with the named type groups set; kernels are not checked here. */
export function withTypes(node: Node, types: ReadonlyMap<string, DataType>): Node {
  const source = sourceOf(node);
  const { inputTypes, outputTypes } = retyped(typeGroups(node), source, types);
  const stated = isCast(node) ? types.get(TO) : node.op === ASSERTION && node.attributes.has('dtype') ? types.get(FLOATS) : undefined;
  const attributes = stated === undefined ? node.attributes : new Map(node.attributes).set('dtype', restated(node, stated));
  return { ...node, attributes, source: { ...source, firstTypes: source.firstTypes ?? { inputTypes: source.inputTypes, outputTypes: source.outputTypes }, inputTypes, outputTypes } satisfies NodeSource };
}

/** A `dtype` argument of another value, or the one that was read where that says the same. */
function restated(node: Node, value: DataType): Attribute {
  const read = sourceOf(node).origin?.original.attributes.get('dtype');
  return read?.kind === 'type' && read.value === value ? read : { kind: 'type', value };
}
