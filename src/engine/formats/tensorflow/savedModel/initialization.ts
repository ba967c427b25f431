import type { Node } from '../../../graph/graph';
import { readerOf } from '../../protobuf';
import { CollectionDef, SignatureDef, type SignatureMessage } from './messages';
import { INIT_SIGNATURE, type MetaGraph } from './metaGraph';
import { freeNodeName } from './signature';

/** The collection in which TensorFlow 1 names the op that initialises a model, and what it was called before. */
export const MAIN_OP = 'saved_model_main_op';
const COLLECTIONS = [MAIN_OP, 'legacy_init_op'];

const TABLE = /^(Anonymous)?(Mutable)?(Dense)?HashTable(OfTensors)?(V\d)?$/;
const FILLS_TABLE = /^(InitializeTable|LookupTableImport|LookupTableInsert)/;

/** The node of the main graph that initialises the model before it first runs, or undefined (get_init_op of loader_impl.py). */
export function initOpOf({ frame, signatures }: MetaGraph): string | undefined {
  const signature = signatures.get(INIT_SIGNATURE) ?? decoded(frame.signatureDef[INIT_SIGNATURE]);
  const named = signature?.outputs[INIT_SIGNATURE]?.name;
  if (named) return named.replace(/:\d+$/, '');
  for (const name of COLLECTIONS) {
    const bytes = frame.collectionDef[name];
    if (bytes === undefined) continue;
    const { nodeList } = CollectionDef.decode(readerOf(bytes)) as unknown as { nodeList?: { value: string[] } };
    if (nodeList?.value[0] !== undefined) return nodeList.value[0];
  }
  return undefined;
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

