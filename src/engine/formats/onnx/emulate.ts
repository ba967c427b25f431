import { decodeBfloat16 } from '../../graph/bfloat16';
import { freeName } from '../../graph/freeName';
import { type Graph, type Node, valueKey, type ValueRef } from '../../graph/graph';
import type { LazyBytes } from '../lazyBytes';
import { makeCast } from './boundaryNodes';
import { withTypes } from './kernels';
import { isConstantNode, isOp, outputTypes, sourceOf } from './node';
import { executionOrder } from './order';
import { typeGroups } from './signature';
import { decodeTensor, encodeTensor, rawTensor } from './tensor';
import type { TensorValue } from './tensorProto';

/** Ops whose results are among the values they read: of BF16 values they are BF16 values. */
const EXACT_OPS: ReadonlySet<string> = new Set([
  'Abs', 'Ceil', 'CenterCropPad', 'Clip', 'Compress', 'Concat', 'DepthToSpace', 'Expand', 'Flatten', 'Floor', 'Gather', 'GatherElements',
  'GatherND', 'GlobalMaxPool', 'Identity', 'If', 'Loop', 'Max', 'MaxPool', 'Min', 'Neg', 'Pad', 'ReduceMax', 'ReduceMin', 'Relu', 'Reshape',
  'ReverseSequence', 'Round', 'Scan', 'ScatterElements', 'ScatterND', 'Sign', 'Slice', 'SpaceToDepth', 'Split', 'Squeeze', 'Tile', 'TopK',
  'Transpose', 'Trilu', 'Unsqueeze', 'Where',
]);

/** A graph without BF16 arithmetic, and where the values of the graph it was made from are in it, as FP32 where they were BF16. */
export interface Emulated {
  readonly graph: Graph;
  readonly valueOf: (value: ValueRef) => ValueRef;
}

/**
 * The graph with every BF16 op computed by the FP32 kernel of the same op: what it makes is rounded by a Cast to BF16, and
 * cast back. Constants hold BF16 numbers as FP32. Inputs and outputs keep their types. The rounding is what BF16 kernels
 * that accumulate in FP32 do, so results are those of such kernels up to the order of their sums. Linear.
 */
export function emulateBfloat16(graph: Graph): Emulated {
  const nodes = [...graph.nodes.values()];
  const emulation = new Emulation(graph);
  const places = new Map(nodes.map((node, index) => [node.id, index]));
  for (const index of executionOrder(nodes.map((node) => node.inputs), places, nodes.map(({ id }) => id))) emulation.add(nodes[index]!);
  return emulation.finish();
}

/** Whether any value of the graph is BF16. */
export function hasBfloat16(graph: Graph): boolean {
  return [...graph.nodes.values()].some((node) => outputTypes(node).includes('bfloat16') || sourceOf(node).inputTypes.includes('bfloat16'));
}

class Emulation {
  private readonly nodes = new Map<string, Node>();
  /** Of each BF16 value of the graph, the FP32 value with the same numbers. */
  private readonly wide = new Map<string, ValueRef>();
  /** Of each BF16 value that exists as such. */
  private readonly narrow = new Map<string, ValueRef>();

  constructor(private readonly graph: Graph) {}

  add(node: Node): void {
    if (isConstantNode(node)) this.addConstant(node);
    else if (node.op === 'Cast' && typeGroups(node).length > 0) this.addCast(node);
    else if (isRetypable(node)) this.addWidened(node);
    else this.addAsItIs(node);
  }

  finish(): Emulated {
    const valueOf = (value: ValueRef): ValueRef => this.wide.get(valueKey(value)) ?? value;
    const isBf16 = ({ node, output }: ValueRef): boolean => outputTypes(this.graph.nodes.get(node)!)[output] === 'bfloat16';
    const outputs = this.graph.outputs.map((output) => ({ ...output, value: isBf16(output.value) ? this.narrowed(output.value) : valueOf(output.value) }));
    return { graph: { ...this.graph, nodes: this.nodes, outputs }, valueOf };
  }

  private addConstant(node: Node): void {
    const value = node.attributes.get('value');
    if (value?.kind !== 'tensor' || value.dtype !== 'bfloat16') {
      this.nodes.set(node.id, node);
      return;
    }
    const source = { ...sourceOf(node), outputTypes: ['float32' as const] };
    this.nodes.set(node.id, { ...node, attributes: new Map(node.attributes).set('value', widenedTensor(value, node.name)), source });
    this.wide.set(`${node.id}:0`, { node: node.id, output: 0 });
  }

  /** A Cast to BF16 rounds, one from BF16 reads the same numbers in FP32. */
  private addCast(node: Node): void {
    const input = node.inputs[0]!;
    const own = { node: node.id, output: 0 };
    const [from, to] = [sourceOf(node).inputTypes[0], outputTypes(node)[0]];
    if (from === 'bfloat16' && to === 'float32') {
      this.wide.set(valueKey(own), this.widened(input));
      return;
    }
    const cast = from === 'bfloat16' ? withTypes({ ...node, inputs: [this.widened(input)] }, new Map([[inputGroup(node), 'float32']])) : { ...node, inputs: [this.resolved(input)] };
    this.nodes.set(node.id, cast);
    if (to === 'bfloat16') this.narrow.set(valueKey(own), own);
  }

  private addWidened(node: Node): void {
    const groups = typeGroups(node).filter(({ dtype }) => dtype === 'bfloat16');
    const wide = withTypes(node, new Map(groups.map(({ name }) => [name, 'float32'])));
    this.nodes.set(node.id, { ...wide, inputs: node.inputs.map((value, input) => (sourceOf(node).inputTypes[input] === 'bfloat16' ? this.widened(value) : this.resolved(value))) });
    outputTypes(node).forEach((type, output) => {
      if (type !== 'bfloat16') return;
      const value = { node: node.id, output };
      if (handsOn(node)) this.wide.set(valueKey(value), value);
      else this.narrow.set(valueKey(value), this.cast(value, value, 'float32', 'bfloat16'));
    });
  }

  /** An op that must have the types it has: ONNX does not define it, or it holds graphs. */
  private addAsItIs(node: Node): void {
    const { inputTypes } = sourceOf(node);
    this.nodes.set(node.id, { ...node, inputs: node.inputs.map((value, input) => (inputTypes[input] === 'bfloat16' ? this.narrowed(value) : this.resolved(value))) });
    outputTypes(node).forEach((type, output) => {
      if (type === 'bfloat16') this.narrow.set(`${node.id}:${output}`, { node: node.id, output });
    });
  }

  private resolved(value: ValueRef): ValueRef {
    return this.wide.get(valueKey(value)) ?? value;
  }

  /** A BF16 value of the graph as FP32. */
  private widened(value: ValueRef): ValueRef {
    const key = valueKey(value);
    let wide = this.wide.get(key);
    if (wide === undefined) this.wide.set(key, (wide = this.cast(value, this.narrow.get(key) ?? value, 'bfloat16', 'float32')));
    return wide;
  }

  /** A BF16 value of the graph as BF16. */
  private narrowed(value: ValueRef): ValueRef {
    const key = valueKey(value);
    let narrow = this.narrow.get(key);
    if (narrow === undefined) this.narrow.set(key, (narrow = this.cast(value, this.wide.get(key) ?? value, 'float32', 'bfloat16')));
    return narrow;
  }

  private cast({ node, output }: ValueRef, input: ValueRef, from: 'float32' | 'bfloat16', to: 'float32' | 'bfloat16'): ValueRef {
    const base = `${this.graph.nodes.get(node)!.name}/${output === 0 ? '' : `output_${output}_`}${to === 'bfloat16' ? 'rounded' : 'as_float32'}`;
    const name = freeName(base, (taken) => this.nodes.has(taken) || this.graph.nodes.has(taken));
    this.nodes.set(name, makeCast(name, input, from, to));
    return { node: name, output: 0 };
  }
}

/** Whether no result of the op needs rounding: what goes through graphs was rounded where it was made. */
function handsOn(node: Node): boolean {
  return isOp(node, EXACT_OPS) || sourceOf(node).kind === 'parameter';
}

function inputGroup(cast: Node): string {
  return typeGroups(cast).find(({ inputs }) => inputs.includes(0))!.name;
}

/** Whether the node's BF16 inputs and outputs are all of types that can change. */
function isRetypable(node: Node): boolean {
  const groups = typeGroups(node).filter(({ dtype }) => dtype === 'bfloat16');
  const inputs = new Set(groups.flatMap((group) => group.inputs));
  const outputs = new Set(groups.flatMap((group) => group.outputs));
  return groups.length > 0
    && sourceOf(node).inputTypes.every((type, input) => type !== 'bfloat16' || inputs.has(input))
    && outputTypes(node).every((type, output) => type !== 'bfloat16' || outputs.has(output));
}

/** A BF16 tensor attribute as FP32, widened when it is written where it is large. */
function widenedTensor(value: NonNullable<ReturnType<Node['attributes']['get']>> & { kind: 'tensor' }, node: string): typeof value {
  const { raw } = value.value as TensorValue;
  if (raw === undefined) {
    const { shape, data } = decodeTensor(value, node);
    return encodeTensor({ dtype: 'float32', shape, data: decodeBfloat16(data as Uint16Array) });
  }
  return rawTensor('float32', value.shape, widenedBytes(raw));
}

const CHUNK_BYTES = 2 ** 20;

function widenedBytes(raw: Uint8Array | LazyBytes): LazyBytes {
  return {
    length: 2 * raw.length,
    *chunks() {
      for (const chunk of raw instanceof Uint8Array ? [raw] : raw.chunks()) {
        for (let start = 0; start < chunk.length; start += CHUNK_BYTES) {
          const aligned = chunk.slice(start, start + CHUNK_BYTES);
          yield new Uint8Array(decodeBfloat16(new Uint16Array(aligned.buffer)).buffer);
        }
      }
    },
  };
}
