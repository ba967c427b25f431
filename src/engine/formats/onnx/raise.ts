import { opVersion } from '../../capabilities/onnx';
import { freeName, type UniqueName } from '../../graph/freeName';
import type { Graph, Node } from '../../graph/graph';
import { domainOf, sourceOf } from './node';
import { keepsMeaning, versionsBetween } from './reach';
import type { OnnxModel } from './read';
import { parameterAt } from './signature';
import { rewriteFor } from './upgrades';

/**
 * The graph in the lowest operator set of the default domain, not below its own, in which all its nodes have the types they
 * have now. Nodes of ops that changed their form on the way are rewritten. Throws Error where the model cannot be raised so
 * far: what needs it must not have been planned.
 */
export function raiseOpset(graph: Graph): { readonly graph: Graph; readonly opset: number } {
  const { versions } = graph.source as OnnxModel;
  const from = versions.opsets.get('')!;
  const opset = neededOpset(graph);
  if (opset === from) return { graph, opset };
  if (opset > versions.reach) throw new Error(`the model cannot be raised to operator set ${opset}`);
  const nodes = new Map<string, Node>();
  const uniqueName: UniqueName = (base) => freeName(base, (name) => graph.nodes.has(name) || nodes.has(name));
  for (const node of graph.nodes.values()) {
    let current = node;
    const isOwn = sourceOf(node).versions !== undefined && domainOf(node) === '' && sourceOf(node).kind === 'node';
    for (const version of isOwn ? versionsBetween(node.op, from, opset) : []) {
      if (keepsMeaning(version, new Set(current.attributes.keys()))) continue;
      const { node: rewritten, constants } = rewriteFor(current, version.since, uniqueName);
      for (const constant of constants) nodes.set(constant.id, constant);
      current = rewritten;
    }
    nodes.set(node.id, current);
  }
  return { graph: { ...graph, nodes }, opset };
}

/** The lowest operator set of the default domain in which all nodes have the types they have. */
export function neededOpset(graph: Graph): number {
  const { versions, original } = graph.source as OnnxModel;
  let opset = versions.opsets.get('')!;
  for (const node of graph.nodes.values()) {
    const source = sourceOf(node);
    if (source.kind !== 'node' || source.domain !== '' || original.get(node.id)?.source === source) continue;
    opset = Math.max(opset, source.minOpset ?? 0, lowestFor(node, opset));
  }
  return opset;
}

/** The lowest operator set from `opset` on whose definition of the op admits the node's types; `opset` where none does. */
function lowestFor(node: Node, opset: number): number {
  if (admits(node, opset)) return opset;
  return versionsBetween(node.op, opset, Infinity).find(({ since }) => admits(node, since))?.since ?? opset;
}

function admits(node: Node, opset: number): boolean {
  const definition = opVersion('', node.op, opset);
  if (definition === undefined) return false;
  const { slots, inputTypes, outputTypes } = sourceOf(node);
  const fits = (side: 'inputs' | 'outputs', slot: number, type: (typeof inputTypes)[number]): boolean => {
    const parameter = parameterAt(definition[side], slot);
    const allowed = parameter === undefined ? undefined : definition.types.get(parameter.type);
    return type === undefined || allowed === undefined || allowed.has(type);
  };
  return slots.every((slot, index) => slot < 0 || fits('inputs', slot, inputTypes[index])) && outputTypes.every((type, output) => fits('outputs', output, type));
}
