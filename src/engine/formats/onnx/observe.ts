import type { Attribute } from '../../graph/attribute';
import type { DataType } from '../../graph/dataType';
import { freeName } from '../../graph/freeName';
import type { Node, ValueRef } from '../../graph/graph';
import { type Body, resultsOf } from './bodies';
import { makeInitializer, makeNode, type OnnxNode, sourceOf } from './node';
import { SCAN_WITHOUT_BATCHES } from './passages';
import { encodeTensor } from './tensor';
import { encodeValueInfo } from './valueInfo';

/** Operator set in which Slice takes its limits as inputs. */
const SLICE_INPUTS = 10;

/** Smallest element, largest element, sum and shape of a value. */
type Summary = readonly [ValueRef, ValueRef, ValueRef, ValueRef];
const TYPES: readonly DataType[] = ['float32', 'float32', 'float32', 'int64'];

/** Whether a value can be seen: whole, only its summary, or not at all. Inside graphs that nodes run it can only if all of these do. */
export function observable(node: Node, runs: (id: string) => boolean): 'whole' | 'summary' | 'nothing' {
  const { home, versions } = sourceOf(node);
  if (home === undefined) return 'whole';
  for (let at: Body | undefined = home; at !== undefined; at = at.outer) {
    if (!runs(at.owner)) return 'nothing';
    if (at.op === 'Scan' && versions!.opsets.get('')! < SCAN_WITHOUT_BATCHES) return 'nothing';
  }
  return 'summary';
}

/**
 * Adds what sums up FP32 values to the nodes of a model. What is inside a graph that a node runs becomes a result of it:
 * Loop and Scan stack the summaries of their trips, which are summed up again; the other branch of an If has the summary of
 * no elements at all.
 */
export class Summaries {
  private readonly constants = new Map<string, ValueRef>();

  constructor(private readonly nodes: Map<string, Node>, private readonly opset: number) {}

  /** Smallest element, largest, sum (which is NaN where an element is) and shape; the smallest is above the largest where nothing was computed. */
  of(value: ValueRef): Summary {
    const base = `${value.node}/${value.output}`;
    const reduce = (op: string): ValueRef => this.add(`${base}/${op}`, op, [value], 'float32', { keepdims: int(0) });
    let summary: Summary = [reduce('ReduceMin'), reduce('ReduceMax'), reduce('ReduceSum'), this.add(`${base}/Shape`, 'Shape', [value], 'int64')];
    for (let home = sourceOf(this.nodes.get(value.node)!).home; home !== undefined; home = home.outer) {
      const [handed, owner] = this.handedOut(summary, home);
      summary = owner.op === 'If' ? handed : this.ofTrips(handed, base);
    }
    return summary;
  }

  /** Makes the summary a result of the body and of the node that runs it. */
  private handedOut(summary: Summary, home: Body): [Summary, Node] {
    const owner = this.nodes.get(home.owner)!;
    const source = sourceOf(owner);
    const first = source.outputNames.length;
    const results = resultsOf(owner).map(([body, values, infos]) => {
      const own = body === home ? summary : this.ofNothing();
      const added = TYPES.map((dtype, index) => ({ name: `summary_${first + index}`, dtype, shape: undefined, message: encodeValueInfo(`summary_${first + index}`, dtype, undefined) }));
      return { body, values: [...values, ...own], infos: [...infos, ...added] };
    });
    const before = owner.inputs.slice(0, owner.inputs.length - resultsOf(owner).reduce((sum, [, values]) => sum + values.length, 0));
    const all = results.flatMap(({ values }) => values);
    const changed: OnnxNode = {
      ...source, outputNames: [...source.outputNames, ...TYPES.map(() => '')], outputTypes: [...source.outputTypes, ...TYPES],
      slots: [...source.slots.slice(0, before.length), ...all.map(() => -1)], results: new Map(results.map(({ body, infos }) => [body, infos])), read: undefined,
    };
    this.nodes.set(owner.id, { ...owner, inputs: [...before, ...all], attributes: withMoreOutputs(owner), source: changed });
    const [min, max, sum, shape] = TYPES.map((_, index) => ({ node: owner.id, output: first + index })) as [ValueRef, ValueRef, ValueRef, ValueRef];
    return [[min, max, sum, shape], owner];
  }

  private ofTrips([min, max, sum, shape]: Summary, base: string): Summary {
    const again = (op: string, stacked: ValueRef, none: number): ValueRef => {
      const some = this.add(`${base}/Concat`, 'Concat', [stacked, this.constant('float32', [1], none)], 'float32', { axis: int(0) });
      return this.add(`${base}/${op}`, op, [some], 'float32', { keepdims: int(0) });
    };
    const limits = [-1, Number.MAX_SAFE_INTEGER, 0];
    const last = this.opset < SLICE_INPUTS
      ? this.add(`${base}/Slice`, 'Slice', [shape], 'int64', { starts: ints([-1]), ends: ints([Number.MAX_SAFE_INTEGER]), axes: ints([0]) })
      : this.add(`${base}/Slice`, 'Slice', [shape, ...limits.map((limit) => this.constant('int64', [1], limit))], 'int64');
    const flat = this.add(`${base}/Reshape`, 'Reshape', [last, this.constant('int64', [1], -1)], 'int64');
    return [again('ReduceMin', min, Infinity), again('ReduceMax', max, -Infinity), again('ReduceSum', sum, 0), flat];
  }

  private ofNothing(): Summary {
    return [this.constant('float32', [], Infinity), this.constant('float32', [], -Infinity), this.constant('float32', [], 0), this.constant('int64', [1], 0)];
  }

  private constant(dtype: 'float32' | 'int64', shape: readonly number[], value: number): ValueRef {
    const key = `${dtype}[${shape.join()}] ${value}`;
    let found = this.constants.get(key);
    if (found === undefined) {
      const id = this.freeName(`summary of nothing/${key}`);
      const tensor = dtype === 'float32' ? ({ dtype, shape, data: Float32Array.of(value) } as const) : ({ dtype, shape, data: BigInt64Array.of(BigInt(value)) } as const);
      this.nodes.set(id, makeInitializer(id, encodeTensor(tensor)));
      this.constants.set(key, (found = { node: id, output: 0 }));
    }
    return found;
  }

  private add(name: string, op: string, inputs: readonly ValueRef[], type: DataType, attributes: Readonly<Record<string, Attribute>> = {}): ValueRef {
    const id = this.freeName(name);
    this.nodes.set(id, makeNode({ name: id, op, inputs, inputTypes: inputs.map(() => type), outputType: type, attributes }));
    return { node: id, output: 0 };
  }

  private freeName(base: string): string {
    return freeName(base, (name) => this.nodes.has(name));
  }
}

const int = (value: number): Attribute => ({ kind: 'int', value });
const ints = (value: readonly number[]): Attribute => ({ kind: 'ints', value });

/** Scan says of each stacked output, if of any, along which axis and in which direction it is. */
function withMoreOutputs(owner: Node): Node['attributes'] {
  const attributes = new Map(owner.attributes);
  for (const name of ['scan_output_axes', 'scan_output_directions']) {
    const stated = attributes.get(name);
    if (owner.op === 'Scan' && stated?.kind === 'ints') attributes.set(name, ints([...stated.value.map(Number), ...TYPES.map(() => 0)]));
  }
  return attributes;
}
