import { join, resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { CancelledError, UserError } from '../../src/engine/errors';
import { highest, lowest } from '../../src/engine/tuning/candidate';
import type { TrialRunner } from '../../src/engine/tuning/task';
import { startTestTrials } from './trials';

const SAMPLES = resolve('media/samples');
const setup = {
  model: join(SAMPLES, 'digits_gru.pb'),
  source: { text: '{"use_bf16": true}', path: undefined, calibration: join(SAMPLES, 'digits_calibration.npz') },
  data: join(SAMPLES, 'digits_test.npz'),
  labels: 'label',
};

let runner: TrialRunner | undefined;
afterEach(() => runner?.close());

describe('a pool of threads', () => {
  it('answers as many tasks as there are, whichever thread takes them', async () => {
    runner = startTestTrials(setup, 2);
    const space = await runner.submit({ kind: 'space' });
    const candidates = [lowest(space), highest(space), lowest(space)];
    const [first, second, third] = await Promise.all(candidates.map((candidate) => runner!.submit({ kind: 'measure', candidate })));
    expect({ ...third, seconds: 0 }).toEqual({ ...first, seconds: 0 });
    expect(first!.cost).toBeLessThan(second!.cost);
    expect(await runner.submit({ kind: 'price', candidates })).toEqual([first!.cost, second!.cost, first!.cost]);
  });

  it('hands over what is at fault, to every task', async () => {
    runner = startTestTrials({ ...setup, data: join(SAMPLES, 'none.npz') }, 1);
    for (const kind of ['space', 'baseline'] as const) {
      const error = await runner.submit({ kind }).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(UserError);
      expect((error as UserError).oneLine).toContain('none.npz: Cannot read it: there is no such file or folder');
    }
  });

  it('ends what runs and what waits when it is closed', async () => {
    runner = startTestTrials(setup, 1);
    const tasks = [runner.submit({ kind: 'space' }), runner.submit({ kind: 'baseline' })];
    const ended = Promise.all(tasks.map((task) => task.catch((thrown: unknown) => thrown)));
    await new Promise((wait) => setTimeout(wait, 200));
    await runner.close();
    for (const error of await ended) expect(error).toBeInstanceOf(CancelledError);
    await expect(runner.submit({ kind: 'space' })).rejects.toBeInstanceOf(CancelledError);
  });
});
