// Metrics of the user's own in Python, where NumPy is.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { CancelledError, UserError } from '../../src/engine/errors';
import { NO_PROGRESS, type Progress } from '../../src/engine/host';
import type { Judged, OwnMetric } from '../../src/engine/tuning/ownMetric';
import { startPythonMetric } from '../../src/worker/pythonMetric';
import { tensor } from '../support/graphBuilder';
import { pythonPath } from './judge';

const folder = mkdtempSync(path.join(tmpdir(), 'metric-'));
afterAll(() => rmSync(folder, { recursive: true }));
let metric: OwnMetric | undefined;
afterEach(async () => {
  await metric?.close();
  metric = undefined;
});

const SCORES = tensor('float32', [3, 2], [1, 2, 4, 3, 0, 1]);
const JUDGED: Judged = { outputs: new Map([['scores', SCORES]]), labels: tensor('int64', [3], [1, 1, 1]), data: new Map([['weights', tensor('float16', [3], [0x3c00, 0x4000, 0x3c00])]]) };

async function loaded(name: string, text: string, options: { readonly progress?: Progress; readonly limit?: number } = {}): Promise<OwnMetric> {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return (metric = await startPythonMetric(file, { python: pythonPath() }, { progress: NO_PROGRESS, ...options }));
}

async function failure(name: string, text: string, options?: Parameters<typeof loaded>[2]): Promise<string> {
  const error: unknown = await loaded(name, text, options).then((own) => own.score(JUDGED)).then(() => undefined, (thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UserError);
  return (error as UserError).oneLine.replace(path.join(folder, '/'), '');
}

describe('a metric in Python', () => {
  it('is a function of arrays, which may print and import what is beside it', async () => {
    writeFileSync(path.join(folder, 'beside.py'), 'def hits(scores, labels):\n    return scores.argmax(axis=-1) == labels\n');
    const own = await loaded('function.py', 'from beside import hits\nprint("on stdout")\ndef metric(outputs, labels):\n    return hits(outputs["scores"], labels).mean()\n');
    expect(own.higherIsBetter).toBe(true);
    expect(await own.score(JUDGED)).toBeCloseTo(2 / 3, 12);
  });

  it('gets the data where it takes it, and may say that lower is better', async () => {
    const own = await loaded('data.py', 'greater_is_better = False\ndef metric(outputs, labels, data):\n    return (data["weights"] * (outputs["scores"].argmax(axis=1) != labels)).sum()\n');
    expect([own.higherIsBetter, await own.score(JUDGED)]).toEqual([false, 2]);
  });

  it('is a class as Neural Compressor has them, begun anew for each model', async () => {
    const own = await loaded('class.py', [
      'class Metric:', '    def __init__(self):', '        self.reset()', '    def reset(self):', '        self.hits = []',
      '    def update(self, preds, labels):', '        self.hits.extend(preds.argmax(axis=1) == labels)', '    def result(self):', '        return sum(self.hits)', '',
    ].join('\n'));
    expect([await own.score(JUDGED), await own.score(JUDGED)]).toEqual([2, 2]);
    const two: Judged = { ...JUDGED, outputs: new Map([['a', SCORES], ['b', SCORES]]) };
    await expect(own.score(two)).rejects.toThrow(/^line 7: AttributeError: 'list'/);
  });

  it.each([
    ['throws.py', 'def metric(outputs, labels):\n    return outputs["none"].mean()\n', /^throws\.py: line 2: KeyError: 'none'\. Correct the metric/],
    ['broken.py', '\ndef metric(outputs, labels)\n    return 1\n', /^broken\.py: line 2: SyntaxError: /],
    ['none.py', 'other = 1\n', /^none\.py: it defines no function "metric", and no class "Metric"\./],
    ['text.py', 'def metric(outputs, labels):\n    return None\n', /^text\.py: it gave NoneType, not a number\./],
    ['ends.py', 'import os\ndef metric(outputs, labels):\n    os._exit(3)\n', /^The Python that runs the model stopped: it ended with code 3/],
  ])('is told of by place where it fails: %s', async (name, text, said) => {
    expect(await failure(name, text)).toMatch(said);
  });

  it('gives no number for NaN', async () => {
    expect(await (await loaded('nan.py', 'def metric(outputs, labels):\n    return float("nan")\n')).score(JUDGED)).toBeNaN();
  });

  it('is ended when it takes too long, or when it is cancelled', async () => {
    const endless = 'def metric(outputs, labels):\n    while True:\n        pass\n';
    expect(await failure('endless.py', endless, { limit: 500 })).toMatch(/^endless\.py: The metric has not come to its end within 0\.5 seconds\./);
    let isCancelled = false;
    const own = await loaded('endless.py', endless, { progress: { report: () => {}, throwIfCancelled: () => { if (isCancelled) throw new CancelledError(); } } });
    const score = own.score(JUDGED);
    isCancelled = true;
    await expect(score).rejects.toThrow(CancelledError);
  });
});
