import { parseConfig } from '../../src/engine/config/parse';
import { tensorflowDialect as dialect } from '../../src/engine/formats/tensorflow/dialect';
import type { Graph } from '../../src/engine/graph/graph';
import type { Change } from '../../src/engine/snapshot';
import { runAllPhases } from './snapshots';

export interface Phases {
  readonly quantized: Graph;
  readonly converted: Graph;
  readonly optimized: Graph;
  readonly changes: readonly Change[];
}

/** Runs the three phases with a config as users write it; every value that needs a range gets `range`, none when undefined. */
export async function runPhases(graph: Graph, config: object, range?: { readonly min: number; readonly max: number }): Promise<Phases> {
  const { snapshots } = await runAllPhases(graph, parseConfig(JSON.stringify(config), 'test.mixed-precision.json').config, range);
  const [, quantized, converted, optimized] = snapshots.map((snapshot) => snapshot.graph) as [Graph, Graph, Graph, Graph];
  return { quantized, converted, optimized, changes: snapshots.flatMap((snapshot) => snapshot.changes) };
}

/** The config under which the named nodes become BF16 and nothing else does. */
export function bf16Only(...names: readonly string[]): object {
  return { use_bf16: true, bf16_ops: names.map((name) => `re:${name}`) };
}

/** `name: op<T> <- inputs`, one line per node, for comparing small graphs at a glance; constants are left out. */
export function describeGraph(graph: Graph): string[] {
  const name = (id: string): string => graph.nodes.get(id)!.name;
  return [...graph.nodes.values()].filter((node) => !dialect.isConstant(node) && !dialect.isInput(node)).map((node) => {
    const types = dialect.outputTypes(node).map((type) => type?.replace('float32', 'f').replace('bfloat16', 'b')).join();
    const inputs = node.inputs.filter((value) => !dialect.isConstant(graph.nodes.get(value.node)!));
    return `${node.name}: ${node.op}<${types}> <- ${inputs.map((value) => name(value.node) + (value.output > 0 ? `:${value.output}` : '')).join(', ')}`;
  });
}

/** Number of Casts from FP32 to BF16 or back. */
export function castCount(graph: Graph): number {
  return [...graph.nodes.values()].filter((node) => dialect.isCast(node)
    && [dialect.inputType(node, 0), dialect.outputTypes(node)[0]].every((type) => type === 'float32' || type === 'bfloat16')).length;
}

/** Throws where an input reads a node or output that does not exist, or a value of another type. */
export function expectValid(graph: Graph): void {
  const names = new Set<string>();
  for (const node of graph.nodes.values()) {
    if (names.has(node.name)) throw new Error(`two nodes are named ${node.name}`);
    names.add(node.name);
    node.inputs.forEach((value, input) => {
      const producer = graph.nodes.get(value.node);
      if (producer === undefined) throw new Error(`${node.name} reads ${value.node}, which does not exist`);
      const [made, wanted] = [dialect.outputTypes(producer)[value.output], dialect.inputType(node, input)];
      if (made !== wanted) throw new Error(`${node.name} reads ${made} of ${producer.name}:${value.output} as ${wanted}`);
    });
    for (const id of node.controlInputs) if (!graph.nodes.has(id)) throw new Error(`${node.name} waits for ${id}, which does not exist`);
  }
  for (const { name, value, dtype } of graph.outputs) {
    const producer = graph.nodes.get(value.node);
    if (producer === undefined) throw new Error(`output ${name} does not exist`);
    const fetched = value.output === 0 ? producer.name : `${producer.name}:${value.output}`;
    if (fetched !== name) throw new Error(`output ${name} is now called ${fetched}`);
    if (dtype !== undefined && dialect.outputTypes(producer)[value.output] !== dtype) throw new Error(`output ${name} is no longer ${dtype}`);
  }
}
