import { parseConfig } from '../../src/engine/config/parse';
import { onnxDialect } from '../../src/engine/formats/onnx/dialect';
import { type Graph, valueKey } from '../../src/engine/graph/graph';
import { NO_PROGRESS } from '../../src/engine/host';
import { runPhase } from '../../src/engine/phases/runPhase';
import { PHASES, type Snapshot } from '../../src/engine/snapshot';

/** The graph after all phases under a config, the range of every value that `hasRange` being [-2, 2]. */
export async function convertedOnnx(graph: Graph, config: object, hasRange: (key: string) => boolean = () => true): Promise<Graph> {
  const opened: Graph = { ...graph, outputs: graph.outputs.map((output) => ({ ...output, dtype: onnxDialect.outputTypes(graph.nodes.get(output.value.node)!)[output.value.output] })) };
  const snapshots: Snapshot[] = [{ phase: undefined, graph: opened, changes: [], seconds: 0 }];
  const full = parseConfig(JSON.stringify(config), 'config.json').config;
  for (const phase of PHASES) {
    const result = await runPhase(phase, {
      snapshots, config: full, ranges: new Map(), context: { dialect: onnxDialect, canCalibrate: full.calibration.ranges !== undefined },
      rangesOf: (values) => Promise.resolve(new Map(values.map(valueKey).filter(hasRange).map((key) => [key, { min: -2, max: 2 }]))),
    }, NO_PROGRESS);
    snapshots.push({ phase, ...result, seconds: 0 });
  }
  return snapshots.at(-1)!.graph;
}
