import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CancelledError, UserError } from '../../src/engine/errors';
import { candidateKey } from '../../src/engine/tuning/candidate';
import { loweredAlone } from '../../src/engine/tuning/sensitivity';
import type { Opened, Point, SearchEvent, SearchSetup } from '../../src/worker/searchProtocol';
import { startTestSearch } from './trials';

const SAMPLES = resolve('media/samples');

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mixed-precision-'));
});
afterAll(() => rm(folder, { recursive: true }));

const config = (trials: number, more: object = {}): string => JSON.stringify({ use_bf16: true, tuning: { strategy: 'random', max_trials: trials, timeout: 600 }, ...more });

function setup(mode: SearchSetup['mode'], text: string, journal = 'digits'): SearchSetup {
  return {
    model: join(SAMPLES, 'digits_gru.pb'), source: { text, path: join(SAMPLES, 'digits_gru.mixed-precision.json') },
    data: join(SAMPLES, 'digits_test.npz'), labels: 'label', journal: join(folder, `${journal}.trials.jsonl`), mode,
  };
}

interface Run {
  readonly opened: Opened;
  readonly points: readonly Point[];
  readonly end: string | undefined;
}

async function run(...[mode, text, journal]: Parameters<typeof setup>): Promise<Run> {
  const events: SearchEvent[] = [];
  await startTestSearch(setup(mode, text, journal), (event) => events.push(event)).done;
  const opened = events.flatMap((event) => (event.type === 'opened' ? event.opened : []))[0]!;
  return { opened, points: events.flatMap((event) => (event.type === 'point' ? event.point : [])), end: events.flatMap((event) => (event.type === 'done' ? event.end : []))[0] };
}

const keys = (points: readonly Point[]): string[] => points.map(({ candidate }) => candidateKey(candidate));

it('tells what it measures, and later what it has measured', async () => {
  expect((await run('look', config(3))).opened).toMatchObject({ journal: 'none', points: [] });
  expect(existsSync(join(folder, 'digits.trials.jsonl'))).toBe(false);

  const first = await run('continue', config(3));
  expect(first).toMatchObject({ opened: { journal: 'none' }, end: 'max_trials' });
  expect(first.points).toHaveLength(3);

  const { opened } = await run('look', config(3));
  expect(opened).toMatchObject({ journal: 'same', baseline: { accuracy: expect.any(Number) as number, higherIsBetter: true } });
  expect(keys(opened.points).sort()).toEqual(keys(first.points).sort());
});

it('goes on with the config it began with, whatever rules the present one has', async () => {
  const changed = config(4, { op_type_dict: { MatMul: 'fp32' } });
  const { opened, points } = await run('continue', changed);
  expect(opened).toMatchObject({ journal: 'same', base: { op_type_dict: {} } });
  expect(points).toHaveLength(4);
  expect(keys(points).slice(0, 3).sort()).toEqual(keys(opened.points).sort());

  const anew = await run('anew', changed);
  expect(anew.opened).toMatchObject({ journal: 'none', base: { op_type_dict: { MatMul: 'fp32' } }, points: [] });
  expect(await readFile(join(folder, 'digits.trials.jsonl'), 'utf8')).toContain('"op_type_dict":{"MatMul":"fp32"}');
});

it('measures what single ops do, and where the values of a candidate leave the original’s', async () => {
  const { opened: { space, points } } = await run('look', config(3));
  const ask = async (more: Partial<SearchSetup>): Promise<SearchEvent[]> => {
    const events: SearchEvent[] = [];
    await startTestSearch({ ...setup('continue', config(3)), ...more }, (event) => events.push(event)).done;
    return events;
  };
  const [errors] = (await ask({ mode: 'sensitivity' })).flatMap((event) => (event.type === 'errors' ? [event.errors] : []));
  expect(errors).toHaveLength(loweredAlone(space!).length);
  expect((await run('look', config(3))).opened.errors).toEqual(errors);

  const { candidate } = points[0]!;
  const values = (await ask({ mode: 'values', candidate })).filter((event) => event.type === 'values');
  expect(values).toEqual([{ type: 'values', candidate, errors: space!.units.map(() => expect.any(Number) as number) }]);
});

it('knows a journal of other data', async () => {
  const other = { ...setup('look', config(3)), labels: undefined };
  const events: SearchEvent[] = [];
  await startTestSearch(other, (event) => events.push(event)).done;
  expect(events).toMatchObject([{ type: 'opened', opened: { journal: 'other', points: [] } }]);
  await expect(startTestSearch({ ...other, mode: 'continue' }, () => {}).done).rejects.toThrow('It is the journal of another search');
});

it('waits while it is held, and ends within a second when it is cancelled', async () => {
  const points: Point[] = [];
  let hold: () => void = () => {};
  const held = new Promise<void>((settle) => (hold = settle));
  const search = startTestSearch(setup('anew', config(500), 'cancelled'), (event) => {
    if (event.type !== 'point') return;
    points.push(event.point);
    if (points.length === 1) {
      search.pause();
      hold();
    }
  });
  const ended = search.done.catch((error: unknown) => error);
  await held;
  await new Promise((wait) => setTimeout(wait, 1500));
  const before = points.length;
  await new Promise((wait) => setTimeout(wait, 500));
  expect(points.length).toBe(before);
  search.resume();
  while (points.length === before) await new Promise((wait) => setTimeout(wait, 20));
  const start = performance.now();
  search.cancel();
  expect(await ended).toBeInstanceOf(CancelledError);
  expect(performance.now() - start).toBeLessThan(1000);
  const { opened } = await run('look', config(500), 'cancelled');
  expect(opened.points.length).toBeGreaterThanOrEqual(points.length);
});

it('hands over what is at fault', async () => {
  const error = await startTestSearch({ ...setup('continue', config(3), 'fault'), data: join(SAMPLES, 'none.npz') }, () => {}).done.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UserError);
  expect((error as UserError).oneLine).toContain('none.npz');
});
