import type { GraphTables, NodeTable, SnapshotTables } from '../../protocol';
import type { Moment } from '../moment';
import { lower, lowerTextList, lowerTexts, markContaining, markMatching } from './lowerTexts';
import type { Pattern, Term } from './query';

type Hits = Uint8Array;

/** 1 for each node of which all terms hold. Linear in nodes and the bytes of their names. */
export function matchNodes(graph: GraphTables, moment: Moment, terms: readonly Term[]): Hits {
  const hits = new Uint8Array(graph.nodes.count).fill(1);
  for (const term of terms) {
    const holds = matchTerm(graph, moment, term);
    for (let node = 0; node < hits.length; node++) hits[node]! &= holds[node]!;
  }
  return hits;
}

/** Nodes by what the first text starts: their op, the last part of their name, neither; each in the order of the graph. */
export function orderNodes({ nodes }: GraphTables, moment: Moment, terms: readonly Term[], hits: Hits): Int32Array {
  const word = terms.flatMap((term) => (term.kind === 'text' && typeof term.pattern === 'string' && ['any', 'op', 'name'].includes(term.field) ? [term.pattern] : []))[0];
  const { all, last } = lowerTexts(nodes.names);
  const ranks = [0, 0, 0];
  const rank = new Uint8Array(hits.length);
  const opStarts = word === undefined ? undefined : matchOps(nodes, moment, (op) => op.startsWith(word));
  hits.forEach((hit, node) => {
    if (hit === 0) return;
    if (word !== undefined && opStarts![node] === 0) rank[node] = all.startsWith(word, last[node]) ? 1 : 2;
    ranks[rank[node]!]!++;
  });
  const found = new Int32Array(ranks[0]! + ranks[1]! + ranks[2]!);
  const next = [0, ranks[0]!, ranks[0]! + ranks[1]!];
  hits.forEach((hit, node) => hit === 1 && (found[next[rank[node]!]!++] = node));
  return found;
}

function matchTerm(graph: GraphTables, moment: Moment, term: Term): Hits {
  if (term.kind === 'precision') return moment.precision.map((code) => Number(code === term.code));
  if (term.kind === 'changed') return matchChanged(graph, moment);
  return FIELDS[term.field](graph, moment, term.pattern);
}

const FIELDS: Readonly<Record<'any' | 'op' | 'name' | 'scope' | 'dtype', (graph: GraphTables, moment: Moment, pattern: Pattern) => Hits>> = {
  any: ({ nodes }, moment, pattern) => markNames(nodes, pattern, matchOps(nodes, moment, holds(pattern))),
  name: ({ nodes }, _, pattern) => markNames(nodes, pattern, new Uint8Array(nodes.count)),
  op: ({ nodes }, moment, pattern) => matchOps(nodes, moment, wholeOrPart([...nodes.ops, ...Object.values(moment.ops)].map(lower), pattern)),
  scope: ({ nodes }, _, pattern) => spread(matchScopes(lowerTextList(nodes.scopes), pattern), nodes.scope),
  dtype: (graph, moment, pattern) => matchDtypes(graph.snapshots, moment, pattern),
};

/** By op as it is at the moment. */
function matchOps({ ops, op }: NodeTable, moment: Moment, test: (op: string) => boolean): Hits {
  const flags = ops.map((one) => Number(test(lower(one))));
  const hits = spread(flags, op);
  for (const [node, changed] of Object.entries(moment.ops)) hits[Number(node)] = Number(test(lower(changed)));
  return hits;
}

function markNames({ names }: NodeTable, pattern: Pattern, hits: Hits): Hits {
  if (typeof pattern === 'string') markContaining(lowerTexts(names), pattern, hits);
  else markMatching(lowerTexts(names), pattern, hits);
  return hits;
}

/** Scopes with these whole parts in their path; if there are none, with parts that start so. */
function matchScopes(paths: readonly string[], pattern: Pattern): readonly number[] {
  if (typeof pattern !== 'string') return paths.map((path) => Number(pattern.test(path)));
  const wanted = pattern.replace(/^\/|\/$/g, '');
  const whole = paths.map((path) => Number(`/${path}/`.includes(`/${wanted}/`)));
  return whole.includes(1) ? whole : paths.map((path) => Number(`/${path}`.includes(`/${wanted}`)));
}

/** By type of the first output: as in the snapshot where the phase has reached a node, as in the one before elsewhere. */
function matchDtypes(snapshots: readonly SnapshotTables[], { position }: Moment, pattern: Pattern): Hits {
  const after = snapshots[position.snapshot]!;
  const before = snapshots[position.snapshot - 1];
  const test = wholeOrPart([...after.dtypes, ...(before?.dtypes ?? [])], pattern);
  const [flagsAfter, flagsBefore] = [after, before ?? after].map(({ dtypes }) => dtypes.map((dtype) => Number(test(dtype)))) as [number[], number[]];
  return after.dtype.map((dtype, node) => (before === undefined || after.changes.nodeChange[node]! < position.change ? flagsAfter[dtype]! : flagsBefore[before.dtype[node]!]!));
}

function matchChanged(graph: GraphTables, { position }: Moment): Hits {
  const hits = new Uint8Array(graph.nodes.count);
  const { items, start } = graph.snapshots[position.snapshot]!.changes.nodes;
  for (const node of items.subarray(0, start[Math.min(position.change, start.length - 1)])) hits[node] = 1;
  return hits;
}

/** What holds of each node, from what holds of the text it has. */
function spread(flags: readonly number[], of: Uint16Array | Uint32Array): Hits {
  const hits = new Uint8Array(of.length);
  for (let node = 0; node < of.length; node++) hits[node] = flags[of[node]!]!;
  return hits;
}

function holds(pattern: Pattern): (text: string) => boolean {
  return typeof pattern === 'string' ? (text) => text.includes(pattern) : (text) => pattern.test(text);
}

/** `op:conv2d` means that type alone; `op:conv`, which is none, all that hold it. */
function wholeOrPart(texts: readonly string[], pattern: Pattern): (text: string) => boolean {
  return typeof pattern === 'string' && texts.includes(pattern) ? (text) => text === pattern : holds(pattern);
}
