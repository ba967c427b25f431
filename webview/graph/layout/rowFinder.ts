import { ContentCache } from './contentCache';
import type { LevelEdges } from './levelEdges';
import { arrangeRows, type LevelRows, type LevelStructure } from './levelRows';
import type { Groups } from './picture';

/** Rows of a level; equal levels have the same `id`. */
interface KnownRows {
  readonly id: number;
  readonly rows: LevelRows;
}

/** Where the ports of a group stand on its borders, as fractions of the width from -0.5 to 0.5. */
interface Ports {
  readonly in: Float32Array;
  readonly out: Float32Array;
}

/** Numbers of inputs that are kept. */
const CACHED = 2_000_000;

/**
 * Finds the rows of levels from all pieces of edges in them, whatever is expanded. Lines are ordered by where the groups at their
 * ends have their ports; those in turn by the members of these groups, taken without ports.
 */
export function rowFinder(groups: Groups, cut: LevelEdges): (group: number) => KnownRows {
  const known = new Array<KnownRows | undefined>(groups.count);
  const ports = new Array<Ports | undefined>(groups.count);
  const cache = new ContentCache<KnownRows>(CACHED);
  let ids = 0;

  const find = ({ items, inPorts, outPorts, from, to, fromShare, toShare }: LevelStructure): KnownRows =>
    cache.get([Int32Array.of(items, inPorts, outPorts), from, to, fromShare, toShare], () => ({
      id: ids++,
      rows: arrangeRows({ items, inPorts, outPorts, from, to, fromShare, toShare }),
    }));

  const portsOf = (group: number): Ports => {
    let found = ports[group];
    if (found === undefined) {
      const structure = levelStructure(groups, cut, group, undefined);
      const { order } = find(structure).rows;
      const firstOut = structure.items + structure.inPorts;
      found = { in: shares(order[0]!, structure.items, structure.inPorts), out: shares(order.at(-1)!, firstOut, structure.outPorts) };
      ports[group] = found;
    }
    return found;
  };

  return (group) => (known[group] ??= find(levelStructure(groups, cut, group, portsOf)));
}

/** Who reads whom in the level of a group; without `portsOf`, lines end in the middle of the groups in it. */
function levelStructure(groups: Groups, cut: LevelEdges, group: number, portsOf: ((group: number) => Ports) | undefined): LevelStructure {
  const { members } = groups;
  const first = members.start[group]!;
  const items = members.start[group + 1]! - first;
  const inPorts = cut.inPorts[group]!;
  const outPorts = cut.outPorts[group]!;
  const vertices = items + inPorts + outPorts;
  const share = (side: keyof Ports, item: number, port: number): number => {
    const member = item < 0 ? 0 : members.items[first + item]!;
    return member >= 0 || portsOf === undefined ? 0 : portsOf(~member)[side][port]!;
  };
  const lines = new Map<number, number>();
  const [from, to, fromShare, toShare, pieces]: number[][] = [[], [], [], [], []];
  for (let piece = cut.start[group]!; piece < cut.start[group + 1]!; piece++) {
    const [a, b] = [cut.from[piece]!, cut.to[piece]!];
    const start = a < 0 ? items + cut.fromPort[piece]! : a;
    const end = b < 0 ? items + inPorts + cut.toPort[piece]! : b;
    let line = lines.get(start * vertices + end);
    if (line === undefined) {
      lines.set(start * vertices + end, (line = lines.size));
      from!.push(start);
      to!.push(end);
      fromShare!.push(0);
      toShare!.push(0);
      pieces!.push(0);
    }
    fromShare![line]! += share('out', a, cut.fromPort[piece]!);
    toShare![line]! += share('in', b, cut.toPort[piece]!);
    pieces![line]!++;
  }
  return {
    items,
    inPorts,
    outPorts,
    from: Int32Array.from(from!),
    to: Int32Array.from(to!),
    fromShare: Float32Array.from(fromShare!, (sum, line) => sum / pieces![line]!),
    toShare: Float32Array.from(toShare!, (sum, line) => sum / pieces![line]!),
  };
}

function shares(row: readonly number[], first: number, count: number): Float32Array {
  const result = new Float32Array(count);
  row.forEach((vertex, at) => (result[vertex - first] = (at + 0.5) / count - 0.5));
  return result;
}
