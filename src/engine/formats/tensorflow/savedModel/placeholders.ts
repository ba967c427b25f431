import { type Node, type ValueRef, valueKey } from '../../../graph/graph';
import { nodesOfCall } from '../../../graph/signatures';
import { outputCount } from '../ioSignature';
import type { Body } from './body';
import { freeNodeName, isFreeName, type Signature, type SignatureTensor } from './signature';

const PLACEHOLDERS: ReadonlySet<string> = new Set(['Placeholder', 'PlaceholderWithDefault', 'PlaceholderV2']);

/**
 * The main graph with a placeholder at every input of the signatures, and the signatures in it: an input may be any inner
 * value. One that another signature computes stays as it is. TensorFlow 2 names placeholders SIGNATURE_NAME; they get the
 * name itself where it is free.
 */
export function withPlaceholders(main: Body, signatures: readonly Signature[]): { readonly main: Body; readonly signatures: readonly Signature[] } {
  const computed = computedInputs(main, signatures);
  const moved = new Map<string, ValueRef>();
  const nodes = new Map(main.nodes);
  for (const signature of signatures) {
    for (const { name, graphName, value, dtype, shape } of signature.inputs) {
      if (moved.has(valueKey(value)) || computed.has(valueKey(value))) continue;
      const node = main.nodes.get(value.node)!;
      const isPlaceholder = PLACEHOLDERS.has(node.op);
      const own = isPlaceholder || (value.output === 0 && outputCount(node) === 1);
      const isMadeUp = isPlaceholder && node.name === `${signature.name}_${name}`;
      const shown = isMadeUp && isFreeName(graphName, nodes) ? graphName : own ? node.name : freeNodeName(`${node.name}_${value.output}`, nodes);
      if (isPlaceholder && shown === node.name) continue;
      const placeholder: Node = isPlaceholder
        ? { ...node, id: shown, name: shown }
        : { id: shown, name: shown, op: 'Placeholder', inputs: [], controlInputs: [], attributes: new Map([['dtype', { kind: 'type', value: dtype ?? 'float32' }], ['shape', { kind: 'shape', value: shape }]]) };
      if (isPlaceholder) nodes.delete(node.name);
      nodes.set(shown, placeholder);
      moved.set(valueKey(value), { node: shown, output: 0 });
    }
  }
  if (moved.size === 0) return { main, signatures };
  const at = (value: ValueRef): ValueRef => moved.get(valueKey(value)) ?? value;
  const waited = (id: string): string => (nodes.has(id) ? id : (moved.get(`${id}:0`)?.node ?? id));
  for (const [id, node] of nodes) {
    if (!node.inputs.some((value) => moved.has(valueKey(value))) && node.controlInputs.every((name) => nodes.has(name))) continue;
    nodes.set(id, { ...node, inputs: node.inputs.map(at), controlInputs: node.controlInputs.map(waited) });
  }
  const tensors = (list: readonly SignatureTensor[]): SignatureTensor[] => list.map((tensor) => ({ ...tensor, value: at(tensor.value) }));
  return {
    main: { ...main, nodes },
    signatures: signatures.map((signature) => ({ ...signature, inputs: tensors(signature.inputs), outputs: tensors(signature.outputs) })),
  };
}

/** The inner values that one signature is given and another computes. */
function computedInputs(main: Body, signatures: readonly Signature[]): ReadonlySet<string> {
  const inner = new Set(signatures.flatMap(({ inputs }) => inputs).filter(({ value }) => !PLACEHOLDERS.has(main.nodes.get(value.node)!.op)).map(({ value }) => valueKey(value)));
  const computed = new Set<string>();
  if (inner.size === 0 || signatures.length < 2) return computed;
  for (const { inputs, outputs } of signatures) {
    const given = new Set(inputs.map(({ value }) => valueKey(value)));
    const run = nodesOfCall({ signature: undefined, inputs, outputs }, main);
    for (const key of inner) if (!given.has(key) && run.has(key.slice(0, key.lastIndexOf(':')))) computed.add(key);
  }
  return computed;
}
