import { opArguments } from '../../capabilities/pytorch';
import { isSameJson } from '../../data/isSameJson';
import type { Graph, Node } from '../../graph/graph';
import { isDequantize, isQuantize } from './boundaryNodes';
import { type ProgramSource, sourceOf } from './source';

const OPS_OF_INT8 =
  'Before torch.export.load, run "import torch.ao.quantization.fx._decomposed" in Python: it registers the ops that hold INT8 values.';
const LAYOUT = 'The result is in the layout of torch 2.9, which older versions do not load.';

/** What the user should know of an archive written from the graph: sentences. */
export function notesOn(graph: Graph): readonly string[] {
  const { archive } = graph.source as ProgramSource;
  const isInt8 = [...graph.nodes.values()].some((node) => isQuantize(node) || isDequantize(node));
  return [...(isInt8 ? [OPS_OF_INT8] : []), ...(archive.wasEarlier === true ? [LAYOUT] : []), ...missingOps(graph), ...unequalCalls(graph)];
}

/** Namespaces of ops that need no library: PyTorch's own, Python's, and that of INT8, which has a note of its own. */
const KNOWN_SPACES: ReadonlySet<string> = new Set(['_operator', 'higher_order', 'math', 'prim', 'prims', 'quantized_decomposed', 'torch']);

/** torch.export.load fails on an op that nothing has registered. */
function missingOps(graph: Graph): string[] {
  const isMissing = ({ op }: Node): boolean => op.includes('.') && !KNOWN_SPACES.has(op.slice(0, op.indexOf('.'))) && opArguments(op) === undefined;
  const missing = new Map([...graph.nodes.values()].filter(isMissing).map(({ op, name }) => [op, name]));
  return [...missing].map(([op, name]) => `Before torch.export.load, import what registers ${op}, which "${name}" calls: PyTorch 2.13 does not have it.`);
}

/** torch.export.unflatten runs the graph of a module's first call in all its calls (torch/export/unflatten.py). */
function unequalCalls(graph: Graph): string[] {
  const calls = new Map<string, Map<number, { readonly first: unknown[]; readonly now: unknown[] }>>();
  for (const node of graph.nodes.values()) {
    const { origin, outputTypes, firstTypes } = sourceOf(node);
    if (origin?.module === undefined) continue;
    const { path, call } = origin.module;
    const ofModule = calls.get(path) ?? calls.set(path, new Map()).get(path)!;
    const { first, now } = ofModule.get(call) ?? ofModule.set(call, { first: [], now: [] }).get(call)!;
    first.push(node.op, ...(firstTypes?.outputTypes ?? outputTypes));
    const madeByPhases = node.inputs.map((value) => graph.nodes.get(value.node)!).map((producer) => (sourceOf(producer).origin === undefined ? producer.op : ''));
    now.push(node.op, ...outputTypes, ...madeByPhases);
  }
  const differ = [...calls].filter(([, ofModule]) => {
    const [one, ...others] = ofModule.values();
    return others.some((other) => isSameJson(one!.first, other.first) && !isSameJson(one!.now, other.now));
  });
  if (differ.length === 0) return [];
  const [path] = differ[0]!;
  const more = differ.length === 1 ? '' : ` and ${differ.length - 1} more`;
  return [`Calls of the module "${path}"${more} differ in precision or Casts, and torch.export.unflatten makes one module of them, which may fail when it runs: use module() of the program, or keep the module FP32 in op_name_dict.`];
}

/** Names of the nodes that compute in BF16 and INT8 since they were read, for the record in the archive. */
export function convertedNodes(graph: Graph): { readonly bf16: readonly string[]; readonly int8: readonly string[] } {
  const added = (node: Node | undefined): boolean => node !== undefined && isDequantize(node) && sourceOf(node).origin === undefined;
  const computing = [...graph.nodes.values()].filter((node) => sourceOf(node).origin !== undefined && node.inputs.length > 0);
  const becameBf16 = ({ outputTypes, firstTypes }: ReturnType<typeof sourceOf>): boolean =>
    outputTypes.some((type, output) => type === 'bfloat16' && firstTypes?.outputTypes[output] === 'float32');
  return {
    bf16: computing.filter((node) => becameBf16(sourceOf(node))).map(({ name }) => name),
    int8: computing.filter((node) => !isQuantize(node) && node.inputs.some((value) => added(graph.nodes.get(value.node)))).map(({ name }) => name),
  };
}
