import { hasCpuKernel } from '../../capabilities/onnx';
import type { Graph } from '../../graph/graph';
import { sourceOf } from './node';
import { neededOpset } from './raise';
import type { OnnxModel } from './read';
import { groupTypes } from './signature';

const MOST_NAMED = 4;

/** What the user should know of where a model runs, and of the operator set it is written in: sentences. */
export function notesOn(graph: Graph, bf16: 'native' | 'emulated'): readonly string[] {
  const { versions } = graph.source as OnnxModel;
  const opset = neededOpset(graph);
  const before = versions.opsets.get('')!;
  if (bf16 === 'emulated') return emulatedNotes(graph);
  const missing = withoutCpuKernel(graph, opset);
  const raised = opset > before ? [`The model is written in operator set ${opset} instead of ${before}, the first that has its ops in these types.`] : [];
  if (missing.length === 0) return raised;
  const named = missing.slice(0, MOST_NAMED).join(', ') + (missing.length > MOST_NAMED ? ` and ${missing.length - MOST_NAMED} more` : '');
  return [...raised,
    `onnxruntime's CPU provider has no BF16 kernels for ${named}: the model runs where a provider has them. Set onnx.bf16 to emulated for a model that rounds to BF16 in the same places and runs everywhere.`];
}

function emulatedNotes(graph: Graph): readonly string[] {
  const isRounding = [...graph.nodes.values()].some((node) => sourceOf(node).outputTypes.includes('bfloat16'));
  return isRounding ? ['BF16 is emulated: FP32 kernels compute, and Casts round to BF16. The model has the accuracy of BF16, not its speed or size.'] : [];
}

/** Types of ops that are BF16 and have no kernel for that in onnxruntime's CPU provider. */
function withoutCpuKernel(graph: Graph, opset: number): string[] {
  const missing = new Set<string>();
  for (const node of graph.nodes.values()) {
    const { kind, domain, versions } = sourceOf(node);
    const types = kind === 'node' ? groupTypes(node) : undefined;
    if (types === undefined || ![...types.values()].includes('bfloat16')) continue;
    if (!hasCpuKernel(domain, node.op, domain === '' ? opset : versions?.opsets.get(domain) ?? 1, types)) missing.add(node.op);
  }
  return [...missing].sort();
}
