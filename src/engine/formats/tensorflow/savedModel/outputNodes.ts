import type { Node } from '../../../graph/graph';
import type { Body } from './body';
import type { FlatGraph } from './inline';
import { freeNodeName, type Signature, type SignatureTensor } from './signature';

/**
 * The flat graph with a node at every output of the signature that nothing else reads, and the signature in the flat graph.
 * An output that is such a node of the main graph stays; any other gets an Identity with the name callers know it by, which
 * waits for what the call that returns it does beside.
 */
export function withOutputNodes(flat: ReadonlyMap<string, Node>, signature: Signature, main: Body, graph: FlatGraph): { readonly nodes: ReadonlyMap<string, Node>; readonly signature: Signature } {
  const nodes = new Map(flat);
  const read = new Set<string>();
  for (const node of flat.values()) for (const value of node.inputs) read.add(value.node);
  const taken = new Set<string>();
  const outputs = signature.outputs.map((output): SignatureTensor => {
    const value = graph.valueOf(output.value);
    const node = flat.get(value.node);
    const isCalled = !flat.has(output.value.node);
    const stays = !isCalled && value.output === 0 && !read.has(value.node) && !taken.has(value.node) && node?.inputs.length !== 0 && main.nodes.has(value.node);
    taken.add(value.node);
    if (stays) return { ...output, value };
    const id = freeNodeName(output.name, nodes);
    const dtype = output.dtype ?? 'float32';
    const waits = isCalled ? graph.waitsOf(output.value.node) : [];
    nodes.set(id, { id, name: id, op: 'Identity', inputs: [value], controlInputs: waits, attributes: new Map([['T', { kind: 'type', value: dtype }]]) });
    return { ...output, value: { node: id, output: 0 } };
  });
  const inputs = signature.inputs.map((input): SignatureTensor => ({ ...input, value: graph.valueOf(input.value) }));
  return { nodes, signature: { ...signature, inputs, outputs } };
}
