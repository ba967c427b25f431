import protobuf from 'protobufjs/light';
import { UserError } from '../../../errors';
import { type Graph, type Node } from '../../../graph/graph';
import { topologicalOrder } from '../../../graph/traversal';
import type { OpenBeside, Progress } from '../../../host';
import { readerOf } from '../../protobuf';
import { functionNames } from '../attributes';
import { decodeFields, type GraphDefSource } from '../read';
import { SharedAttributes } from '../sharedAttributes';
import { checkGraph } from '../validate';
import { type Asset, readAssets } from './assets';
import type { Body, FunctionLibrary } from './body';
import { readFunctionLibrary } from './functionLibrary';
import { withGraphNames } from './graphNames';
import { hasTables, initOpsOf, withTableInitializer } from './initialization';
import { inlineFunctions } from './inline';
import type { MetaGraph, NamedSignature } from './metaGraph';
import { neededNodes } from './neededNodes';
import { withOutputNodes } from './outputNodes';
import { withPlaceholders } from './placeholders';
import { restoredVariables } from './restoredVariables';
import { computeTheSame } from './sameComputation';
import { readSignature, type Signature, type SignatureTensor } from './signature';
import { readConstants, withoutPlainReads } from './variableReads';
import { variableConstants } from './variableValues';

/** A signature that is not part of the frozen graph, and why. */
export interface LeftOut {
  readonly signature: string;
  readonly error: UserError;
}

/** `Graph.source` of a frozen SavedModel. */
export interface FrozenSource extends GraphDefSource {
  /** With values of the frozen graph as it was opened. */
  readonly signatures: readonly Signature[];
  readonly leftOut: readonly LeftOut[];
  readonly tags: readonly string[];
  /** Tags of the graphs of the file that were not opened. */
  readonly otherGraphs: readonly (readonly string[])[];
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
  /** Opens what the model keeps beside its graph. */
  readonly beside: OpenBeside;
  /** Where it keeps its variables: what the names of their files begin with. */
  readonly bundle: string;
}

/** What a file holds, decoded. */
interface Decoded {
  readonly metaGraph: MetaGraph;
  readonly whole: Body;
  readonly library: FunctionLibrary;
}

/** A graph without calls in which variables are still to become constants. */
interface Flattened {
  readonly nodes: ReadonlyMap<string, Node>;
  readonly signatures: readonly Signature[];
  readonly variables: readonly Node[];
  readonly used: ReadonlyMap<string, Node>;
  readonly initializer: string | undefined;
}

/**
 * The graph behind some signatures of a model as a graph of its own (compare convert_to_constants.py): functions are
 * inlined, variables become constants, what signatures share is there once, and only what their outputs need stays.
 * Signatures for which that cannot be are left out where others remain. Throws UserError where none does: functions that
 * call themselves, variables that change; and for values of variables that are missing or damaged.
 */
export async function freeze(metaGraph: MetaGraph, chosen: readonly NamedSignature[], context: FreezeContext): Promise<Graph> {
  const { file, progress } = context;
  const { nodes, otherFields } = decodeFields(metaGraph.frame.graphDef, file, progress);
  const whole: Body = { name: '', nodes, arguments: new Map(), results: [], effects: [] };
  const fields = [...otherFields.values()].flat();
  const library = readFunctionLibrary(fields.filter(isLibrary).map(payloadOf), { file, nodes: new Map(), attributes: new SharedAttributes(), names: new Map() });
  const decoded: Decoded = { metaGraph, whole, library };

  progress.report('Inlining functions');
  const { flattened, leftOut } = withoutCopies(flattenPossible(chosen, decoded, context), decoded, context);
  const { used, initializer, signatures } = flattened;
  const stored = restoredVariables(restoreGraph(decoded, context));
  const constants = await variableConstants(flattened.variables, stored, context);
  const { tags, tensorflowVersion } = metaGraph.info;
  const source: FrozenSource = {
    otherFields: new Map([['', [...fields.filter((field) => !isLibrary(field)), ...libraryField(flattened.nodes, library)]]]),
    signatures,
    leftOut,
    tags,
    otherGraphs: metaGraph.others,
    tensorflowVersion,
    initializer,
    assets: readAssets(metaGraph.frame, context.beside).filter(({ value }) => used.has(value.node)),
  };
  return { nodes: new Map([...flattened.nodes.values()].map((node) => [node.id, constants.get(node.id) ?? node])), inputs: [], outputs: [], source };
}

interface Possible {
  readonly named: readonly NamedSignature[];
  readonly flattened: Flattened;
  readonly leftOut: readonly LeftOut[];
}

/** The graph behind all signatures, or behind those for which there is one. Throws the error of the first where there is none. */
function flattenPossible(chosen: readonly NamedSignature[], decoded: Decoded, context: FreezeContext): Possible {
  const attempt = (signatures: readonly NamedSignature[]): Flattened | UserError => {
    try {
      return flatten(signatures, decoded, context);
    } catch (error) {
      if (error instanceof UserError) return error;
      throw error;
    }
  };
  const all = attempt(chosen);
  if (!(all instanceof UserError)) return { named: chosen, flattened: all, leftOut: [] };
  if (chosen.length === 1) throw all;
  const possible: NamedSignature[] = [];
  const leftOut: LeftOut[] = [];
  for (const named of chosen) {
    const alone = attempt([named]);
    if (alone instanceof UserError) leftOut.push({ signature: named[0], error: alone });
    else possible.push(named);
  }
  if (possible.length === 0) throw leftOut[0]!.error;
  return { named: possible, flattened: flatten(possible, decoded, context), leftOut };
}

/** The graph in which signatures that compute the same, as those do that call one function, are served by the same nodes. */
function withoutCopies(possible: Possible, decoded: Decoded, context: FreezeContext): Possible {
  const { named, flattened: { signatures, nodes } } = possible;
  const originals = signatures.map((signature, index) => signatures.findIndex((earlier, at) => at === index || computeTheSame(earlier, signature, nodes)));
  const kept = named.filter((_, index) => originals[index] === index);
  if (kept.length === named.length) return possible;
  const flattened = flatten(kept, decoded, context);
  const byName = new Map(flattened.signatures.map((signature) => [signature.name, signature]));
  const served = signatures.map((signature, index) => servedBy(signature, byName.get(signatures[originals[index]!]!.name)!));
  return { ...possible, flattened: { ...flattened, signatures: served } };
}

/** A signature with the values of another that has inputs and outputs of the same names. */
function servedBy(signature: Signature, { inputs, outputs }: Signature): Signature {
  const placed = (tensors: readonly SignatureTensor[], others: readonly SignatureTensor[]): SignatureTensor[] =>
    tensors.map((tensor, index) => ({ ...tensor, value: others[index]!.value, graphName: others[index]!.graphName }));
  return { ...signature, inputs: placed(signature.inputs, inputs), outputs: placed(signature.outputs, outputs) };
}

/** Throws UserError for signatures of which no graph without variables can be made. */
function flatten(named: readonly NamedSignature[], { metaGraph, whole, library }: Decoded, context: FreezeContext): Flattened {
  const { file, progress } = context;
  const read = withGraphNames(named.map(([name, message]) => readSignature(name, message, whole, file)));
  const { main, signatures } = withPlaceholders(whole, read);
  const { flat, used, initializer } = usedNodes(metaGraph, main, library, signatures, context);
  const { nodes, variables } = readConstants(used, orderOf(used), file);
  const results = new Set(signatures.flatMap(({ outputs }) => outputs).map(({ value }) => flat.valueOf(value).node));
  const complete = withOutputNodes(withoutPlainReads(nodes, used, results), signatures, main, flat);
  checkGraph({ nodes: complete.nodes, inputs: [], outputs: [] }, file, progress);
  return { ...complete, variables, used, initializer };
}

/** The flat graph, what of it the signatures need, and the node among it that fills the tables it reads. */
function usedNodes(metaGraph: MetaGraph, main: Body, library: FunctionLibrary, signatures: readonly Signature[], { limit, file, progress }: FreezeContext) {
  const initOps = hasTables(main.nodes) ? initOpsOf(metaGraph) : [];
  const [inputs, outputs] = [signatures.flatMap((signature) => signature.inputs), signatures.flatMap((signature) => signature.outputs)];
  const roots = [...outputs, ...inputs].map(({ value }) => value.node);
  const flat = inlineFunctions(main, library, [...roots, ...initOps], limit, file, progress);
  const results = outputs.flatMap(({ value }) => [flat.valueOf(value).node, ...flat.waitsOf(value.node)]);
  const ends = [...results, ...inputs.map(({ value }) => flat.valueOf(value).node)];
  const { nodes, initializer } = withTableInitializer(flat.nodes, new Set(neededNodes(flat.nodes, results).map(({ id }) => id)));
  const used = neededNodes(nodes, initializer === undefined ? ends : [...ends, initializer]);
  return { flat, used: new Map(used.map((node) => [node.id, node])), initializer };
}

/** The nodes that restore the variables. */
function restoreGraph({ metaGraph, whole, library }: Decoded, { file, limit, progress }: FreezeContext): ReadonlyMap<string, Node> {
  const name = metaGraph.restoreOp.replace(/^\^|:0$/g, '');
  return whole.nodes.has(name) ? inlineFunctions(whole, library, [name], limit, file, progress).nodes : new Map();
}

function orderOf(nodes: ReadonlyMap<string, Node>): readonly string[] {
  return topologicalOrder({ nodes, inputs: [], outputs: [] }, ({ op }) => op === 'NextIteration' || op === 'RefNextIteration');
}

/** GraphDef.library, a length-delimited field. */
const LIBRARY_TAG = (2 << 3) | 2;

/** The functions that the ops of a graph still run, such as those of data sets, as a field of its GraphDef. */
function libraryField(nodes: ReadonlyMap<string, Node>, library: FunctionLibrary): Uint8Array[] {
  const names = new Set([...nodes.values()].flatMap(({ attributes }) => [...attributes.values()].flatMap(functionNames)));
  const bytes = library.withCallees([...names]);
  return bytes === undefined ? [] : [protobuf.Writer.create().uint32(LIBRARY_TAG).bytes(bytes).finish()];
}

function isLibrary(field: Uint8Array): boolean {
  return field[0] === LIBRARY_TAG;
}

function payloadOf(field: Uint8Array): Uint8Array {
  const reader = readerOf(field);
  reader.tag();
  return reader.bytes();
}
