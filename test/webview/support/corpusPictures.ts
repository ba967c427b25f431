import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { tensorflowDialect } from '../../../src/engine/formats/tensorflow/dialect';
import { graphFromBytes } from '../../../src/engine/formats/tensorflow/read';
import { NO_PROGRESS } from '../../../src/engine/host';
import { pictureOf } from '../../../src/engine/report/picture';
import type { GraphView } from '../../../webview/protocol';

export interface NamedPicture extends Pick<GraphView, 'nodes' | 'edges'> {
  readonly name: string;
}

/** Pictures of the sample models, as the engine makes them. */
export function samplePictures(): NamedPicture[] {
  return ['digits_cnn', 'digits_transformer', 'digits_gru'].map((name) => pictureOfFile(name, path.resolve('media', 'samples', `${name}.pb`)));
}

/**
 * Pictures of the GraphDefs of the corpus (MIXED_PRECISION_CORPUS, default ../shared/corpus) with some nodes but not more than
 * `most`, each once; undefined where there is no corpus.
 */
export function corpusPictures(most: number): NamedPicture[] | undefined {
  const folder = path.resolve(process.env['MIXED_PRECISION_CORPUS'] ?? '../shared/corpus');
  const manifest = path.join(folder, 'manifest.json');
  if (!existsSync(manifest)) return undefined;
  const entries = JSON.parse(readFileSync(manifest, 'utf8')) as { name: string; kind: string; file: string }[];
  const distinct = new Map<string, NamedPicture>();
  for (const { name, kind, file } of entries) {
    if (kind !== 'graphdef') continue;
    const picture = pictureOfFile(name, path.join(folder, file));
    if (picture.nodes.length < FEWEST || picture.nodes.length > most || picture.edges.length === 0) continue;
    const shape = JSON.stringify([picture.nodes.map(({ op }) => op), picture.edges.map(({ source, target }) => [source, target])]);
    if (!distinct.has(shape)) distinct.set(shape, picture);
  }
  return [...distinct.values()];
}

/** Below this there is nothing to lay out well or badly. */
const FEWEST = 10;

function pictureOfFile(name: string, file: string): NamedPicture {
  return { name, ...pictureOf(graphFromBytes(readFileSync(file), file, {}, NO_PROGRESS), tensorflowDialect) };
}
