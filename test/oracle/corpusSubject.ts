import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { writeNpz } from '../../src/engine/data/npz';
import { withoutDanglingColocations } from '../../src/engine/formats/tensorflow/colocation';
import { tensorflowDialect as dialect } from '../../src/engine/formats/tensorflow/dialect';
import { makeNode, type } from '../../src/engine/formats/tensorflow/makeNode';
import { graphFromBytes } from '../../src/engine/formats/tensorflow/read';
import { writeGraphDef } from '../../src/engine/formats/tensorflow/write';
import type { Graph, Node } from '../../src/engine/graph/graph';
import type { Tensor } from '../../src/engine/graph/tensor';
import { NO_PROGRESS } from '../../src/engine/host';
import { MemorySink } from '../support/memoryFile';
import { readSafetensors } from '../support/safetensors';
import type { CorpusEntry } from './corpus';

/** A corpus graph with what to feed it. */
export interface CorpusSubject {
  readonly file: string;
  readonly graph: Graph;
  /** File of arrays. */
  readonly inputs: string;
  readonly feeds: readonly string[];
  readonly fetches: readonly string[];
  readonly data: ReadonlyMap<string, Tensor>;
}

/** The graph as it is; of one without inputs, one in the folder `work` whose constants in place of inputs are inputs. */
export async function subjectOf({ file, inputs, outputs, io }: CorpusEntry, folder: string, work: string): Promise<CorpusSubject> {
  const fetches = Object.keys(outputs);
  const feeds = Object.keys(inputs);
  const source = path.join(folder, file);
  const graph = graphFromBytes(readFileSync(source), source, { ...(feeds.length > 0 ? { inputs: feeds } : {}), outputs: fetches }, NO_PROGRESS);
  if (feeds.length > 0) {
    const arrays = readSafetensors(readFileSync(path.join(folder, io!)));
    const data = new Map([...arrays].flatMap(([name, array]) => (name.startsWith('in:') ? [[name.slice('in:'.length), array] as const] : [])));
    return { file: source, graph, inputs: path.join(folder, io!), feeds, fetches, data };
  }
  const constants = constantsForInputs(graph);
  if (constants.length === 0) return { file: source, graph, inputs: '', feeds, fetches, data: new Map() };
  const data = new Map(constants.map((node) => [node.name, dialect.constantTensor(node)]));
  const opened = await writeGraph(path.join(work, 'opened.pb'), { ...graph, nodes: new Map([...graph.nodes.values()].map((node) => [node.id, constants.includes(node) ? placeholderFor(node) : node])) });
  const arrays = path.join(work, 'inputs.npz');
  writeFileSync(arrays, writeNpz(data));
  return { file: opened, graph: graphFromBytes(readFileSync(opened), opened, { outputs: fetches }, NO_PROGRESS), inputs: arrays, feeds: [...data.keys()], fetches, data };
}

/** Constants named as these graphs name what others feed. */
function constantsForInputs(graph: Graph): readonly Node[] {
  return [...graph.nodes.values()].filter((node) => dialect.isConstant(node) && /(^|\/)(in|input)_\d+$/.test(node.name) && dialect.outputTypes(node)[0] === 'float32');
}

function placeholderFor(constant: Node): Node {
  const { shape } = dialect.constantTensor(constant);
  return makeNode(constant.name, 'Placeholder', [], { dtype: type('float32'), shape: { kind: 'shape', value: shape } });
}

/** Resolves to the file. */
export async function writeGraph(file: string, graph: Graph): Promise<string> {
  const sink = new MemorySink();
  await writeGraphDef(withoutDanglingColocations(graph), sink);
  writeFileSync(file, sink.bytes());
  return file;
}
