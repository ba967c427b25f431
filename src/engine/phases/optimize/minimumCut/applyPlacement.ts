import type { FloatType } from '../../../dialect';
import type { DataType } from '../../../graph/dataType';
import type { Graph, Node, ValueRef } from '../../../graph/graph';
import { type ReaderIndex, readersOf } from '../../../graph/readerIndex';
import { removeUnread } from '../../../graph/removeUnread';
import type { Rule } from '../../../graph/rewriter';
import { cancelCheck, type Progress } from '../../../host';
import { keepFetchedOutputs } from '../../bfloat16/convertNode';
import type { RuleContext } from '../localRule';
import { restoreRemoved } from '../restoreRemoved';
import type { PlacementGraph } from './buildProblem';
import { FREE } from './placementProblem';

const RULE: Rule = {
  name: 'minimum-cut',
  description: 'Ops that may be BF16 or FP32 are what needs the fewest Casts.',
};

type Types = ReadonlyMap<string, DataType>;

/**
 * Gives every free type group the type it is placed in, and each value one Cast per direction where a reader wants the
 * other type. Neighbours that change the same way change together. `unconverted` is the graph before phase 2, whose
 * inputs say what a node reads when no Cast is in between.
 */
export function applyPlacement(placed: PlacementGraph, isBf16: Uint8Array, unconverted: Graph, context: RuleContext, progress: Progress): void {
  const { rewriter, dialect } = context;
  const changed = changedTypes(placed, isBf16, context);
  if (changed.size === 0) return;
  const readers = readersOf(unconverted);
  const wiring = new Wiring(unconverted, context);
  const visited = new Set<string>();
  const checkCancelled = cancelCheck(progress);
  for (const start of changed.keys()) {
    if (visited.has(start)) continue;
    const region = connected(start, changed, visited, unconverted, readers);
    rewriter.apply(RULE, reasonFor(region, changed.get(start)!, context), () => {
      const affected = new Set([...region, ...region.flatMap((id) => [...readers.of(id)])]);
      const read = [...affected].flatMap((id) => rewriter.get(id)?.inputs.map((value) => value.node) ?? []);
      for (const id of region) {
        read.push(...giveNamesBack(id, unconverted, context));
        rewriter.replace(retyped(rewriter.node(id), changed.get(id)!, context));
      }
      for (const id of affected) {
        checkCancelled();
        wiring.wire(id);
      }
      for (const id of region) {
        const groups = dialect.typeGroups(rewriter.node(id)).filter((group) => group.dtype === 'bfloat16');
        keepFetchedOutputs(rewriter.node(id), groups.flatMap((group) => group.outputs), context);
      }
      removeUnread(rewriter, dialect, read);
    });
  }
}

/** Types of the nodes whose present ones are not those they are placed in. */
function changedTypes({ groupsOf }: PlacementGraph, isBf16: Uint8Array, { rewriter, dialect }: RuleContext): Map<string, Types> {
  const changed = new Map<string, Types>();
  for (const [id, groups] of groupsOf) {
    const free = groups.filter((group) => group.placed === FREE);
    const node = free.length > 0 ? rewriter.get(id) : undefined;
    if (node === undefined) continue;
    const present = dialect.typeGroups(node);
    const types = new Map<string, DataType>();
    for (const { name, index } of free) {
      const wanted = isBf16[index] === 1 ? 'bfloat16' : 'float32';
      if (present.find((group) => group.name === name)?.dtype !== wanted) types.set(name, wanted);
    }
    if (types.size > 0) changed.set(id, types);
  }
  return changed;
}

function retyped(node: Node, types: Types, { dialect }: RuleContext): Node {
  const [type] = types.values();
  return dialect.isDequantize(node) ? dialect.dequantizeAs(node, type!)! : dialect.withTypes(node, types);
}

/** Everything that changes to the same type and is reached over value edges, with its own stack. */
function connected(
  start: string, changed: ReadonlyMap<string, Types>, visited: Set<string>, graph: Graph, readers: ReaderIndex,
): string[] {
  const direction = directionOf(changed.get(start)!);
  const region: string[] = [];
  const stack = [start];
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    const types = visited.has(id) ? undefined : changed.get(id);
    if (types === undefined || directionOf(types) !== direction) continue;
    visited.add(id);
    region.push(id);
    for (const value of graph.nodes.get(id)!.inputs) stack.push(value.node);
    for (const reader of readers.of(id)) stack.push(reader);
  }
  return region;
}

function directionOf(types: Types): DataType {
  return [...types.values()].includes('bfloat16') ? 'bfloat16' : 'float32';
}

function reasonFor(region: readonly string[], types: Types, { rewriter }: RuleContext): string {
  const { name } = rewriter.node(region[0]!);
  const verb = directionOf(types) === 'bfloat16' ? 'becomes BF16' : 'returns to FP32';
  const others = region.length === 1 ? '' : ` with ${region.length - 1} connected ${region.length === 2 ? 'op' : 'ops'}`;
  return `${name} ${verb}${others}: the minimum cut puts the Casts where that costs least.`;
}

/** Undoes what phase 2 did to keep a fetched output, and its name where that is the node's; returns what stood in for the node. */
function giveNamesBack(id: string, unconverted: Graph, { rewriter, dialect }: RuleContext): string[] {
  const { name } = unconverted.nodes.get(id)!;
  if (dialect.fetchesByNodeName && rewriter.node(id).name === name) return [];
  const substitutes = new Set<string>();
  for (const output of unconverted.outputs) {
    if (output.value.node !== id) continue;
    const present = rewriter.output(output.name);
    if (present.node === id) continue;
    substitutes.add(present.node);
    rewriter.redirectOutput(present, output.value);
  }
  if (!dialect.fetchesByNodeName) return [...substitutes];
  for (const substitute of substitutes) rewriter.replace({ ...rewriter.node(substitute), name: rewriter.uniqueName(`${name}/float32`) });
  rewriter.replace({ ...rewriter.node(id), name });
  return [...substitutes];
}

/** Makes nodes read what they read before phase 2, in the types they have now. */
class Wiring {
  /** BF16 copies that phase 2 made of constants, by the id of the constant. */
  private readonly copies = new Map<string, ValueRef>();

  constructor(
    private readonly unconverted: Graph,
    private readonly context: RuleContext,
  ) {
    const { rewriter, dialect } = context;
    for (const original of unconverted.nodes.values()) {
      const node = rewriter.get(original.id);
      if (node === undefined) continue;
      original.inputs.forEach((value, input) => {
        const present = node.inputs[input]!;
        if (present.node === value.node || dialect.inputType(node, input) !== 'bfloat16') return;
        const constant = dialect.constantBehind(unconverted.nodes, value);
        if (constant !== undefined) this.copies.set(constant.id, present);
      });
    }
  }

  wire(id: string): void {
    const { rewriter, dialect } = this.context;
    const node = rewriter.get(id);
    if (node === undefined) return;
    const inputs = this.unconverted.nodes.get(id)!.inputs.map((value, input) => {
      const type = dialect.inputType(node, input);
      return type === 'float32' || type === 'bfloat16' ? this.as(value, type) : node.inputs[input]!;
    });
    rewriter.replace({ ...rewriter.node(id), inputs });
  }

  private as(value: ValueRef, type: FloatType): ValueRef {
    const { dialect, casts } = this.context;
    const constant = dialect.constantBehind(this.unconverted.nodes, value);
    const copy = constant === undefined || type === 'float32' ? undefined : this.copies.get(constant.id);
    if (copy !== undefined && this.context.rewriter.get(copy.node) !== undefined) return copy;
    restoreRemoved([value.node], this.unconverted, this.context.rewriter);
    return casts.as(value, type);
  }
}
