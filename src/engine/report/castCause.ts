import type { CastDetails, CastEnd } from '../../../webview/protocol';
import type { Dialect } from '../dialect';
import type { DataType } from '../graph/dataType';
import type { Graph, Node } from '../graph/graph';
import type { Plan } from '../plan';
import type { CastCause, Change, FixedEnd, PhaseName, Snapshot } from '../snapshot';
import { floatCastTypes, typePath } from './boundaries';
import { changeIndexOf } from './changeIndex';
import { endOf } from './picture';

const TYPE_NAMES: Partial<Record<DataType, string>> = { float32: 'FP32', bfloat16: 'BF16', float16: 'FP16', float64: 'FP64' };
const PHASE_NAMES: Readonly<Record<PhaseName, string>> = { quantize: 'quantize', bf16: 'BF16', optimize: 'optimize' };

/** Where the words for the ends of a Cast are found. */
interface Context {
  readonly graph: Graph;
  readonly opened: Graph;
  readonly plan: Plan;
  readonly dialect: Dialect;
}

/** What a Cast between two float types converts and, where its placement is proven, between which ends; undefined for another node. */
export function castDetails(node: Node, snapshots: readonly Snapshot[], plan: Plan, dialect: Dialect): CastDetails | undefined {
  const types = floatCastTypes(node, dialect);
  if (types === undefined) return undefined;
  const { graph, castProof } = snapshots.at(-1)!;
  const cause = graph.nodes.has(node.id) ? castProof?.causes.get(node.id) : undefined;
  const context = { graph, opened: snapshots[0]!.graph, plan, dialect };
  return {
    label: typePath(types),
    types: types.map((type) => TYPE_NAMES[type]).join(' to '),
    ...(cause === undefined ? {} : { forcedBy: forcedBy(node, cause, types[0] === 'float32', context) }),
  };
}

/**
 * Why a Cast stands in the newest of `snapshots`: the two ends that force it, else the phase and rule that put it there,
 * else that the opened model has it.
 */
export function whyCast(node: Node, { types, forcedBy }: CastDetails, snapshots: readonly Snapshot[]): string {
  if (forcedBy !== undefined) {
    const { from, to, conclusion } = forcedBy;
    return `${from.name} ${from.text} ${to.name} ${to.text} ${conclusion}`;
  }
  const change = changesThatAdded(node.id, snapshots).at(-1);
  if (change === undefined) return `The opened model has this Cast from ${types}.`;
  return `The ${PHASE_NAMES[change.phase]} phase put this Cast from ${types} here (${change.rule}): ${change.reason}`;
}

/** By phase the change that last added a node. */
function changesThatAdded(id: string, snapshots: readonly Snapshot[]): Change[] {
  return snapshots.flatMap(({ changes }) => changes[changeIndexOf(changes).addedBy(id)] ?? []);
}

function forcedBy(cast: Node, cause: CastCause, isToBf16: boolean, context: Context): CastDetails['forcedBy'] {
  const bf16 = endDetails(cause.bf16, 'bf16', context);
  const fp32 = endDetails(cause.fp32, 'fp32', context);
  const ends = isToBf16 ? { from: fp32, to: bf16 } : { from: bf16, to: fp32 };
  if (bf16.node === cast.id) return { ...ends, conclusion: 'Conversion keeps what the model itself rounds.' };
  const readers = countReaders(cast.id, context.graph);
  const shared = readers > 1 ? `, and here one Cast serves ${readers} readers` : '';
  return { ...ends, conclusion: `Somewhere between them the value must be cast${shared}.` };
}

function endDetails(end: FixedEnd, precision: CastEnd['precision'], context: Context): CastEnd {
  const { graph, opened, dialect } = context;
  if ('output' in end) {
    return { precision, name: end.output, node: endOf(end.output, opened, dialect), text: `is an output, which the caller of the model fetches in ${precision.toUpperCase()}.` };
  }
  const node = opened.nodes.get(end.node) ?? graph.nodes.get(end.node);
  return { precision, name: node?.name ?? end.node, node: end.node, ...(precision === 'bf16' ? whyBf16(end.node, context) : whyFp32(end.node, context)) };
}

type Words = Pick<CastEnd, 'text' | 'configKey'>;

function whyBf16(id: string, { opened, plan, dialect }: Context): Words {
  const planned = plan.nodes.get(id);
  if (planned?.bf16 === 'demanded') return { ...planned.reason, text: `is to be BF16: ${planned.reason.text}` };
  if (planned?.bf16 === 'free') return { text: 'gains from BF16 (bf16_reward).', configKey: 'bf16_reward' };
  const own = opened.nodes.get(id);
  return { text: own !== undefined && dialect.isCast(own) ? 'rounds to BF16 in the opened model.' : 'is BF16 in the opened model.' };
}

function whyFp32(id: string, { graph, plan, dialect }: Context): Words {
  const node = graph.nodes.get(id);
  if (node !== undefined && dialect.isInput(node)) return { text: 'is an input, which the caller of the model feeds in FP32.' };
  if (node !== undefined && dialect.isQuantize(node)) return { text: 'turns FP32 into INT8: it takes no BF16.' };
  if (node !== undefined && dialect.isDequantize(node)) return { text: 'turns INT8 into FP32: it gives no BF16 here.' };
  const planned = plan.nodes.get(id);
  if (planned?.precision === 'int8') return { ...planned.reason, text: `is INT8, with FP32 around it: ${planned.reason.text}` };
  if (planned?.precision === 'fp32' && planned.bf16 === 'denied') return { ...planned.reason, text: `is to be FP32: ${planned.reason.text}` };
  // Its precision is another: some kernels keep a part in FP32, such as the statistics of a batch normalization.
  return { text: 'takes or gives this value in FP32 only.' };
}

/** How often the value of a Cast is read, by nodes and by the caller of the model. Linear. */
function countReaders(id: string, graph: Graph): number {
  let count = graph.outputs.filter(({ value }) => value.node === id).length;
  for (const node of graph.nodes.values()) for (const value of node.inputs) if (value.node === id) count++;
  return count;
}
