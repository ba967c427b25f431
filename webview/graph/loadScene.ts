import type { GraphView } from '../protocol';
import type { LayoutClient } from './layoutClient';
import { measureWith } from './measure';
import { makeScene, prepare, type Scene } from './scene';

/** Cuts the labels to size, lays the graph out in the worker and puts both together. */
export async function loadScene(graph: GraphView, font: string, layouts: LayoutClient): Promise<Scene> {
  const measure = measureWith(font);
  const prepared = prepare(graph, measure);
  return makeScene(graph, prepared, await layouts.layout(prepared.input), measure);
}
