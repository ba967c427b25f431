/** Reading and making the tables of protocol.ts; shared by engine, host and webview, so it needs none of them. */
import type { ChangeTable, GraphTables, ListTable, NodeTable, Precision, StringTable } from './protocol';

/** What SnapshotTables.precision holds indices into. */
export const PRECISIONS: readonly Precision[] = ['fp32', 'bf16', 'int8', 'other'];
/** A node that is no longer in the graph. */
export const GONE = 255;
/** What NodeTable.kind and MarkTable.kind mean. */
export const NODE_KINDS = ['op', 'input', 'output'] as const;
export const MARK_KINDS = ['cast', 'quantize'] as const;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function stringTable(texts: readonly string[]): StringTable {
  // A code unit takes three bytes at most. Each text is encoded for itself: halves of surrogate pairs must not meet.
  const bytes = new Uint8Array(3 * texts.reduce((sum, { length }) => sum + length, 0));
  const start = new Uint32Array(texts.length + 1);
  texts.forEach((text, index) => (start[index + 1] = start[index]! + encoder.encodeInto(text, bytes.subarray(start[index])).written));
  return { bytes: bytes.slice(0, start[texts.length]), start };
}

export function textAt({ bytes, start }: StringTable, index: number): string {
  return decoder.decode(bytes.subarray(start[index], start[index + 1]));
}

export function textCount({ start }: StringTable): number {
  return start.length - 1;
}

/** Index of a text, or -1. Decodes nothing. */
export function indexOfText({ bytes, start }: StringTable, text: string): number {
  const wanted = encoder.encode(text);
  for (let index = 0; index + 1 < start.length; index++) {
    const from = start[index]!;
    if (start[index + 1]! - from !== wanted.length) continue;
    let k = wanted.length - 1;
    while (k >= 0 && bytes[from + k] === wanted[k]) k--;
    if (k < 0) return index;
  }
  return -1;
}

export function listTable(lists: readonly (readonly number[])[]): ListTable {
  const start = new Uint32Array(lists.length + 1);
  lists.forEach((list, index) => (start[index + 1] = start[index]! + list.length));
  const items = new Int32Array(start[lists.length]!);
  lists.forEach((list, index) => items.set(list, start[index]));
  return { items, start };
}

export function listAt({ items, start }: ListTable, index: number): Int32Array {
  return items.subarray(start[index], start[index + 1]);
}

export function reasonOf({ reasons, reason }: Pick<ChangeTable, 'reasons' | 'reason'>, change: number): string {
  return textAt(reasons, reason[change]!);
}

export function nodeId(nodes: NodeTable, node: number): string {
  return nodes.ids[node] ?? textAt(nodes.names, node);
}

/** Index of the node with an id, or -1. */
export function nodeOfId({ nodes }: Pick<GraphTables, 'nodes'>, id: string): number {
  for (const [node, other] of Object.entries(nodes.ids)) if (other === id) return Number(node);
  // An output node may have the name of the op it stands for; that op has the name as its id.
  const named = indexOfText(nodes.names, id);
  return named >= 0 && nodes.ids[named] === undefined ? named : -1;
}
