import { expect, it } from 'vitest';
import { valueKey } from '../../../src/engine/graph/graph';
import { judgedSamples } from '../../../src/engine/tuning/evaluate';
import { judgeByOwn } from '../../../src/engine/tuning/judge';
import type { Judged } from '../../../src/engine/tuning/ownMetric';
import { tensor } from '../../support/graphBuilder';

const value = { node: 'x', output: 0 };

it('gives a metric of the user’s own all outputs joined, and of the data as many samples as were run', async () => {
  const inputs = [{ name: 'x', value, dtype: 'float32' as const, shape: [2, 1] }];
  const data = new Map([['x', tensor('float32', [5, 1], [1, 2, 3, 4, 5])], ['label', tensor('int32', [5], [0, 1, 0, 1, 0])], ['classes', tensor('int32', [2], [7, 8])]]);
  const samples = judgedSamples(inputs, new Map([[valueKey(value), data.get('x')!]]));
  expect(samples).toEqual({ all: 5, run: 4 });

  const seen: Judged[] = [];
  const metric = { higherIsBetter: false, close: async () => {}, score: async (judged: Judged) => (seen.push(judged), 0.5) };
  const outputs = ['scores', 'boxes'].map((name, output) => ({ name, value: { node: 'y', output }, dtype: 'float32' as const }));
  const judge = judgeByOwn(metric, { outputs, labels: data.get('label'), data, samples });
  expect(judge).toMatchObject({ higherIsBetter: false, outputs: 2 });
  const judgement = judge.start();
  for (const start of [0, 2]) {
    judgement.add([tensor('bfloat16', [2, 1], [0x3f80, 0x4000]), tensor('float32', [2, 2], [start, 1, 2, 3])], { start, count: 2 });
  }
  expect(await judgement.result()).toBe(0.5);
  expect(seen).toEqual([{
    outputs: new Map([['scores', tensor('float32', [4, 1], [1, 2, 1, 2])], ['boxes', tensor('float32', [4, 2], [0, 1, 2, 3, 2, 1, 2, 3])]]),
    labels: tensor('int32', [4], [0, 1, 0, 1]),
    data: new Map([['x', tensor('float32', [4, 1], [1, 2, 3, 4])], ['label', tensor('int32', [4], [0, 1, 0, 1])], ['classes', tensor('int32', [2], [7, 8])]]),
  }]);
});
