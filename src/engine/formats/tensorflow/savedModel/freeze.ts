import { type Graph, type Node } from '../../../graph/graph';
import { topologicalOrder } from '../../../graph/traversal';
import type { OpenBeside, Progress } from '../../../host';
import { readerOf } from '../../protobuf';
import { decodeFields, type GraphDefSource } from '../read';
import { SharedAttributes } from '../sharedAttributes';
import { type Asset, readAssets } from './assets';
import type { Body, FunctionLibrary } from './body';
import { readFunctionLibrary } from './functionLibrary';
import { hasTables, initOpOf, withTableInitializer } from './initialization';
import { inlineFunctions } from './inline';
import { chooseSignature, type MetaGraph, type SavedModelChoice } from './metaGraph';
import { neededNodes } from './neededNodes';
import { withOutputNodes } from './outputNodes';
import { restoredVariables } from './restoredVariables';
import { readSignature, type Signature, withPlaceholders } from './signature';
import { readConstants, withoutPlainReads } from './variableReads';
import { variableConstants } from './variableValues';

/** `Graph.source` of a frozen SavedModel. */
export interface FrozenSource extends GraphDefSource {
  /** With values of the frozen graph as it was opened. */
  readonly signature: Signature;
  readonly tags: readonly string[];
  readonly tensorflowVersion: string;
  /** Id of the node that fills the tables the graph reads, which has to run once before it. */
  readonly initializer: string | undefined;
  /** The files the graph reads. */
  readonly assets: readonly Asset[];
}

export interface FreezeContext {
  readonly file: string;
  /** How many nodes the frozen graph may have. */
  readonly limit: number;
  readonly progress: Progress;
  /** Opens what the SavedModel keeps beside its graph. */
  readonly beside: OpenBeside;
}

/**
 * The graph behind one signature of a SavedModel as a graph of its own (compare convert_to_constants.py): functions are
 * inlined, variables become constants, and only what the outputs need stays. Throws UserError where that cannot be:
 * functions that call themselves, variables that change, signatures and values that are missing.
 */
export async function freeze(metaGraph: MetaGraph, choice: SavedModelChoice, context: FreezeContext): Promise<Graph> {
  const { file, progress, beside } = context;
  const [name, message] = chooseSignature(metaGraph, choice, file);
  const { nodes, otherFields } = decodeFields(metaGraph.frame.graphDef, file, progress);
  const whole: Body = { name: '', nodes, arguments: new Map(), results: [], effects: [] };
  const { main, signature } = withPlaceholders(whole, readSignature(name, message, whole, file));
  const fields = [...otherFields.values()].flat();
  const library = readFunctionLibrary(fields.filter(isLibrary).map(payloadOf), { file, nodes: new Map(), attributes: new SharedAttributes(), names: new Map() });

  progress.report('Inlining functions');
  const { flat, used, initializer } = usedNodes(metaGraph, main, library, signature, context);
  const read = readConstants(used, orderOf(used), file);
  const results = new Set(signature.outputs.map(({ value }) => flat.valueOf(value).node));
  const named = withOutputNodes(withoutPlainReads(read.nodes, used, results), signature, main, flat);
  const stored = restoredVariables(restoreGraph(metaGraph, whole, library, context));
  const constants = await variableConstants(read.variables, stored, file, beside, progress);

  const { tags, tensorflowVersion } = metaGraph.info;
  const source: FrozenSource = {
    otherFields: new Map([['', fields.filter((field) => !isLibrary(field))]]),
    signature: named.signature,
    tags,
    tensorflowVersion,
    initializer,
    assets: readAssets(metaGraph.frame, beside).filter(({ value }) => used.has(value.node)),
  };
  return { nodes: new Map([...named.nodes.values()].map((node) => [node.id, constants.get(node.id) ?? node])), inputs: [], outputs: [], source };
}

/** The flat graph, what of it the signature needs, and the node among it that fills the tables it reads. */
function usedNodes(metaGraph: MetaGraph, main: Body, library: FunctionLibrary, { inputs, outputs }: Signature, { limit, file, progress }: FreezeContext) {
  const initOp = hasTables(main.nodes) ? initOpOf(metaGraph) : undefined;
  const roots = [...outputs, ...inputs].map(({ value }) => value.node);
  const flat = inlineFunctions(main, library, initOp === undefined ? roots : [...roots, initOp], limit, file, progress);
  const results = outputs.flatMap(({ value }) => [flat.valueOf(value).node, ...flat.waitsOf(value.node)]);
  const ends = [...results, ...inputs.map(({ value }) => flat.valueOf(value).node)];
  const { nodes, initializer } = withTableInitializer(flat.nodes, new Set(neededNodes(flat.nodes, results).map(({ id }) => id)));
  const used = neededNodes(nodes, initializer === undefined ? ends : [...ends, initializer]);
  return { flat, used: new Map(used.map((node) => [node.id, node])), initializer };
}

/** The nodes that restore the variables. */
function restoreGraph({ restoreOp }: MetaGraph, whole: Body, library: FunctionLibrary, { file, limit, progress }: FreezeContext): ReadonlyMap<string, Node> {
  const name = restoreOp.replace(/^\^|:0$/g, '');
  return whole.nodes.has(name) ? inlineFunctions(whole, library, [name], limit, file, progress).nodes : new Map();
}

function orderOf(nodes: ReadonlyMap<string, Node>): readonly string[] {
  return topologicalOrder({ nodes, inputs: [], outputs: [] }, ({ op }) => op === 'NextIteration' || op === 'RefNextIteration');
}

/** GraphDef.library, a length-delimited field. */
const LIBRARY_TAG = (2 << 3) | 2;

function isLibrary(field: Uint8Array): boolean {
  return field[0] === LIBRARY_TAG;
}

function payloadOf(field: Uint8Array): Uint8Array {
  const reader = readerOf(field);
  reader.tag();
  return reader.bytes();
}
