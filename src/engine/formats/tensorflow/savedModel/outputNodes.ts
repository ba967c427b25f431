import type { Node } from '../../../graph/graph';
import type { Body } from './body';
import { unique } from './graphNames';
import type { FlatGraph } from './inline';
import { freeNodeName, type Signature, type SignatureTensor } from './signature';

/**
 * The flat graph with a node at every output of the signatures that nothing else reads, and the signatures in the flat graph.
 * An output that is such a node of the main graph stays; any other gets an Identity with the name callers know it by, which
 * waits for what the call that returns it does beside.
 */
export function withOutputNodes(
  flat: ReadonlyMap<string, Node>, signatures: readonly Signature[], main: Body, graph: FlatGraph,
): { readonly nodes: ReadonlyMap<string, Node>; readonly signatures: readonly Signature[] } {
  const nodes = new Map(flat);
  const read = new Set<string>();
  for (const node of flat.values()) for (const value of node.inputs) read.add(value.node);
  const taken = new Set<string>();
  const places = new Map(unique(signatures.flatMap(({ outputs }) => outputs)).map((output): [string, SignatureTensor] => {
    const value = graph.valueOf(output.value);
    const isCalled = !flat.has(output.value.node);
    const stays = !isCalled && value.output === 0 && !read.has(value.node) && !taken.has(value.node) && flat.get(value.node)?.inputs.length !== 0 && main.nodes.has(value.node);
    taken.add(value.node);
    if (stays) return [output.graphName, { ...output, value }];
    const id = freeNodeName(output.graphName, nodes);
    const dtype = output.dtype ?? 'float32';
    const waits = isCalled ? graph.waitsOf(output.value.node) : [];
    nodes.set(id, { id, name: id, op: 'Identity', inputs: [value], controlInputs: waits, attributes: new Map([['T', { kind: 'type', value: dtype }]]) });
    return [output.graphName, { ...output, value: { node: id, output: 0 } }];
  }));
  return {
    nodes,
    signatures: signatures.map((signature) => ({
      ...signature,
      inputs: signature.inputs.map((input) => ({ ...input, value: graph.valueOf(input.value) })),
      outputs: signature.outputs.map((output) => ({ ...output, value: places.get(output.graphName)!.value })),
    })),
  };
}
