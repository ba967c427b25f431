import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'vitest';
import type { Report } from '../../src/engine/conversion';
import { convert, type ConvertOptions } from './convert';
import { Judge, type BuiltGraph, type Comparison } from './judge';
import { Model } from './model';

/** A folder for written models, removed when the test process ends. */
export const workFolder = mkdtempSync(path.join(tmpdir(), 'mixed-precision-oracle-'));
process.once('exit', () => rmSync(workFolder, { recursive: true, force: true }));

/** TensorFlow with oneDNN off and on. Importing it takes seconds, so the files of the project share the two processes. */
export const judges: readonly Judge[] = [Judge.start(false), Judge.start(true)];
const [anyJudge] = judges as [Judge];

export interface Subject {
  readonly model: string;
  readonly inputs: string;
  readonly feeds: readonly string[];
  readonly outputs: readonly string[];
}

export interface Converted {
  readonly subject: Subject;
  readonly path: string;
  readonly report: Report;
  readonly original: Model;
  readonly model: Model;
}

/** One of the judge's graphs, written to the work folder. */
export function buildGraph(graph: string): Promise<BuiltGraph> {
  return anyJudge.ask('build', { graph, folder: workFolder });
}

let conversions = 0;

export async function convertSubject(subject: Subject, options: ConvertOptions): Promise<Converted> {
  const output = path.join(workFolder, `${path.basename(subject.model, '.pb')}.${++conversions}.pb`);
  const report = await convert(subject.model, output, options);
  return { subject, path: output, report, original: await describe(subject.model), model: await describe(output) };
}

/** Builds a graph, converts it with calibration data only if asked, and checks what holds for every conversion. */
export async function convertGraph(graph: string, config: ConvertOptions['config'], calibrate = false): Promise<Converted> {
  const subject = await buildGraph(graph);
  const converted = await convertSubject(subject, { config, ...(calibrate ? { calibration: subject.inputs } : {}) });
  expectWellFormed(converted);
  return converted;
}

async function describe(file: string): Promise<Model> {
  return new Model(await anyJudge.ask('describe', { path: file }));
}

/** What no conversion may do, whatever the config: drop versions or functions, leave a Cast that casts nothing, write a nameless attribute. */
export function expectWellFormed({ original, model }: Converted): void {
  expect(model.description.versions).toEqual(original.description.versions);
  expect(model.description.functions).toEqual(original.description.functions);
  expect(model.ofOp('Cast').filter(({ attributes }) => attributes['SrcT'] === attributes['DstT'])).toEqual([]);
  expect(model.nodes.filter((node) => '' in node.attributes)).toEqual([]);
}

/** Runs original and converted in TensorFlow with oneDNN off and on; types and shapes of outputs must be the same. */
export async function compareInTensorFlow({ subject, path: converted }: Converted, labels?: string): Promise<Comparison[]> {
  const feeding = { inputs: subject.inputs, feeds: subject.feeds, fetches: subject.outputs };
  const comparisons: Comparison[] = [];
  for (const judge of judges) {
    const comparison = await judge.ask('compare', { original: subject.model, converted, ...feeding, labels });
    for (const [name, { dtypes, shapes }] of Object.entries(comparison.outputs)) {
      expect(dtypes[1], `type of ${name}`).toBe(dtypes[0]);
      expect(shapes[1], `shape of ${name}`).toEqual(shapes[0]);
    }
    comparisons.push(comparison);
  }
  return comparisons;
}

/**
 * Outputs within `tolerance` (RMS of the error over RMS of the output) of the original's in both settings of oneDNN; integer
 * outputs equal. One rounding to BF16 is off by 0.17 % RMS, so a few of them in a row stay below 1 %.
 */
export async function expectSameResults(converted: Converted, tolerance = 0.01): Promise<void> {
  for (const { outputs } of await compareInTensorFlow(converted)) {
    for (const [name, { relativeRms, nonFiniteDiffer, equal }] of Object.entries(outputs)) {
      if (relativeRms === undefined) expect(equal, name).toBe(true);
      else {
        expect(relativeRms, name).toBeLessThan(tolerance);
        expect(nonFiniteDiffer, name).toBe(0);
      }
    }
  }
}
