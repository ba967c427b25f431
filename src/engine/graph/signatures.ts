import { type Graph, type ModelInput, type ModelOutput, valueKey } from './graph';

/** One way to call a model: what is given and fetched together. */
export interface ModelCall {
  /** Undefined for the only one of a model. */
  readonly signature: string | undefined;
  readonly inputs: readonly ModelInput[];
  readonly outputs: readonly ModelOutput[];
}

/** The calls a graph serves, in the order of its signatures; inputs and outputs in that of the graph. */
export function modelCalls({ inputs, outputs, signatures = [] }: Graph): readonly ModelCall[] {
  if (signatures.length < 2) return [{ signature: undefined, inputs, outputs }];
  return signatures.map((signature) => {
    const [given, fetched] = [new Set(signature.inputs.values()), new Set(signature.outputs.values())];
    return { signature: signature.name, inputs: inputs.filter(({ name }) => given.has(name)), outputs: outputs.filter(({ name }) => fetched.has(name)) };
  });
}

/** The call that fetches the outputs with these names, and no input that they do not need. Linear. */
export function callFor(outputs: ReadonlySet<string>, graph: Graph): ModelCall {
  const call = { signature: undefined, inputs: graph.inputs, outputs: graph.outputs.filter(({ name }) => outputs.has(name)) };
  const nodes = nodesOfCall(call, graph);
  return { ...call, inputs: graph.inputs.filter(({ value }) => nodes.has(value.node)) };
}

/** The part of a graph that one call runs. Linear. */
export function graphOfCall(call: ModelCall, graph: Graph): Graph {
  const run = nodesOfCall(call, graph);
  return { ...graph, nodes: new Map([...graph.nodes].filter(([id]) => run.has(id))), inputs: call.inputs, outputs: call.outputs, signatures: graph.signatures?.filter(({ name }) => name === call.signature) };
}

/** Ids of the nodes that run when a call fetches its outputs, back to its inputs. Linear. */
export function nodesOfCall({ inputs, outputs }: ModelCall, { nodes }: Pick<Graph, 'nodes'>): ReadonlySet<string> {
  const given = new Set(inputs.map(({ value }) => valueKey(value)));
  const found = new Set<string>();
  const followed = new Set<string>();
  const stack = outputs.map(({ value }) => value);
  for (let value = stack.pop(); value !== undefined; value = stack.pop()) {
    const node = nodes.get(value.node);
    if (node === undefined || followed.has(node.id)) continue;
    found.add(node.id);
    if (given.has(valueKey(value))) continue;
    followed.add(node.id);
    for (const input of node.inputs) stack.push(input);
    for (const id of node.controlInputs) stack.push({ node: id, output: 0 });
  }
  return found;
}
