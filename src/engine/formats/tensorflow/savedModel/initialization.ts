import type { Node } from '../../../graph/graph';
import { readerOf } from '../../protobuf';
import { CollectionDef, SignatureDef, type SignatureMessage } from './messages';
import { INIT_SIGNATURE, type MetaGraph } from './metaGraph';
import { freeNodeName } from './signature';

/** The collection in which TensorFlow 1 names the op that initialises a model. */
export const MAIN_OP = 'saved_model_main_op';
/** What it was called before, and where the graph of a checkpoint names the ops that fill its tables. */
const COLLECTIONS = [MAIN_OP, 'legacy_init_op', 'table_initializer'];

const TABLE = /^(Anonymous)?(Mutable)?(Dense)?HashTable(OfTensors)?(V\d)?$/;
const FILLS_TABLE = /^(InitializeTable|LookupTableImport|LookupTableInsert)/;

/** The nodes of the main graph that initialise the model before it first runs (get_init_op of loader_impl.py). */
export function initOpsOf({ frame, signatures }: MetaGraph): readonly string[] {
  const signature = signatures.get(INIT_SIGNATURE) ?? decoded(frame.signatureDef[INIT_SIGNATURE]);
  const named = signature?.outputs[INIT_SIGNATURE]?.name;
  if (named) return [named.replace(/:\d+$/, '')];
  for (const name of COLLECTIONS) {
    const bytes = frame.collectionDef[name];
    if (bytes === undefined) continue;
    const { nodeList } = CollectionDef.decode(readerOf(bytes)) as unknown as { nodeList?: { value: string[] } };
    if (nodeList !== undefined && nodeList.value.length > 0) return nodeList.value;
  }
  return [];
}

function decoded(bytes: Uint8Array | undefined): SignatureMessage | undefined {
  return bytes && (SignatureDef.decode(readerOf(bytes)) as unknown as SignatureMessage);
}

export function hasTables(nodes: ReadonlyMap<string, Node>): boolean {
  return [...nodes.values()].some(({ op }) => TABLE.test(op));
}

/** The node that fills the tables that `needed` nodes read, added to the graph; undefined where there are none. */
export function withTableInitializer(
  nodes: ReadonlyMap<string, Node>, needed: ReadonlySet<string>,
): { readonly nodes: ReadonlyMap<string, Node>; readonly initializer: string | undefined } {
  const fills = [...nodes.values()].filter((node) => FILLS_TABLE.test(node.op) && needed.has(node.inputs[0]?.node ?? ''));
  if (fills.length === 0) return { nodes, initializer: undefined };
  const id = freeNodeName('init_tables', nodes);
  const result = new Map(nodes).set(id, { id, name: id, op: 'NoOp', inputs: [], controlInputs: fills.map((fill) => fill.id), attributes: new Map() });
  // What they wait for is the rest of the initialisation.
  for (const fill of fills) result.set(fill.id, { ...fill, controlInputs: [] });
  for (const node of nodes.values()) if (node.op === 'ReadVariableOp') result.set(node.id, assignedBefore(node, nodes));
  return { nodes: result, initializer: id };
}

/** A read of a variable that waits for an assignment to it as the value that was assigned: so the paths of assets reach their readers. */
function assignedBefore(read: Node, nodes: ReadonlyMap<string, Node>): Node {
  const assigned = read.controlInputs.map((id) => nodes.get(id)!).find(({ op, inputs }) => op === 'AssignVariableOp' && inputs[0]?.node === read.inputs[0]?.node);
  const dtype = read.attributes.get('dtype');
  const value = assigned?.inputs[1];
  if (value === undefined || dtype === undefined) return read;
  return { ...read, op: 'Identity', inputs: [value], controlInputs: read.controlInputs.filter((id) => id !== assigned!.id), attributes: new Map([['T', dtype]]) };
}

