import { buildSync } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CancelledError, UserError } from '../../src/engine/errors';
import { NO_PROGRESS, type Progress } from '../../src/engine/host';
import { DEFAULT_CONFIG } from '../../src/engine/config/config';
import type { Judged, OwnMetric } from '../../src/engine/tuning/ownMetric';
import { startJavaScriptMetric } from '../../src/worker/javaScriptMetric';
import { startOwnMetric } from '../../src/worker/ownMetric';
import { tensor } from '../support/graphBuilder';

const folder = mkdtempSync(join(tmpdir(), 'metric-'));
const script = join(folder, 'metricProcess.js');
beforeAll(() => {
  buildSync({ entryPoints: { metricProcess: 'src/worker/metricProcess.ts' }, outdir: folder, bundle: true, platform: 'node', format: 'cjs', target: 'node20', logLevel: 'error' });
});
afterAll(() => rmSync(folder, { recursive: true }));

let metric: OwnMetric | undefined;
afterEach(async () => {
  await metric?.close();
  metric = undefined;
});

const JUDGED: Judged = {
  outputs: new Map([['scores', tensor('float32', [2, 2], [1, 2, 4, 3])], ['lengths', tensor('int32', [2], [5, 6])]]),
  labels: tensor('int64', [2], [1, 1]),
  data: new Map([['weights', tensor('float32', [2], [0.5, 2])]]),
};

async function loaded(name: string, text: string, options: { readonly progress?: Progress; readonly limit?: number } = {}): Promise<OwnMetric> {
  const file = join(folder, name);
  writeFileSync(file, text);
  return (metric = await startJavaScriptMetric(file, { progress: NO_PROGRESS, ...options }, script));
}

/** What is said of a metric that fails, without the folder. */
async function failure(name: string, text: string, options?: Parameters<typeof loaded>[2]): Promise<string> {
  const error: unknown = await loaded(name, text, options).then((own) => own.score(JUDGED)).then(() => undefined, (thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UserError);
  return (error as UserError).oneLine.replace(join(folder, '/'), '');
}

describe('a metric in JavaScript', () => {
  it('gets all outputs by name, the labels and the data, and may take its time', async () => {
    const own = await loaded('all.mjs', `
      export const greaterIsBetter = false;
      export async function metric({ scores, lengths }, labels, { weights }) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        return scores.data[1] + lengths.shape[0] + Number(labels.data[0]) + weights.data[0];
      }`);
    expect(own.higherIsBetter).toBe(false);
    expect([await own.score(JUDGED), await own.score(JUDGED)]).toEqual([5.5, 5.5]);
  });

  it('may be the default of a module, or made for require', async () => {
    const own = await loaded('default.mjs', 'export default (outputs) => Object.keys(outputs).length');
    expect([own.higherIsBetter, await own.score(JUDGED)]).toEqual([true, 2]);
    await own.close();
    const old = await loaded('old.cjs', 'exports.metric = (outputs, labels) => labels.shape[0]; exports.greaterIsBetter = false;');
    expect([old.higherIsBetter, await old.score(JUDGED)]).toEqual([false, 2]);
  });

  it.each([
    ['throws.mjs', 'export function metric(outputs) {\n  return outputs.none.data[0];\n}', /^throws\.mjs: line 2: TypeError: .*'data'.*\. Correct the metric/],
    ['broken.mjs', 'export function metric() {\n  return 1 +;\n}', /^broken\.mjs: line 2: SyntaxError: /],
    ['none.mjs', 'export const other = 1;', /^none\.mjs: it exports no function "metric", and none as its default\./],
    ['text.mjs', 'export const metric = () => "high";', /^text\.mjs: it gave string, not a number\./],
    ['missing.mjs', 'import "./notThere.mjs";', /^missing\.mjs: .*notThere\.mjs/],
    ['ends.mjs', 'export const metric = () => process.exit(3);', /^ends\.mjs: the process of the metric stopped: it ended with code 3\./],
  ])('is told of by place where it fails: %s', async (name, text, said) => {
    expect(await failure(name, text)).toMatch(said);
  });

  it('is ended when it takes too long, or when it is cancelled, though it never looks up', async () => {
    const endless = 'export function metric() {\n  for (;;);\n}';
    expect(await failure('endless.mjs', endless, { limit: 300 })).toMatch(/^endless\.mjs: The metric has not come to its end within 0\.3 seconds\./);
    let isCancelled = false;
    const own = await loaded('endless.mjs', endless, { progress: { report: () => {}, throwIfCancelled: () => { if (isCancelled) throw new CancelledError(); } } });
    const score = own.score(JUDGED);
    isCancelled = true;
    await expect(score).rejects.toThrow(CancelledError);
    await expect(own.score(JUDGED)).rejects.toThrow('it ended before');
  });

  it('ends with the process that started it, though it never looks up', () => {
    const parent = join(folder, 'parent.cjs');
    buildSync({ entryPoints: { parent: 'src/worker/javaScriptMetric.ts' }, outfile: join(folder, 'start.cjs'), bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' });
    writeFileSync(join(folder, 'tells.mjs'), 'export function metric() {\n  console.error(process.pid);\n  for (;;);\n}');
    writeFileSync(parent, `
      const { startJavaScriptMetric } = require('./start.cjs');
      startJavaScriptMetric(${JSON.stringify(join(folder, 'tells.mjs'))}, { progress: { report() {}, throwIfCancelled() {} } }, ${JSON.stringify(script)}).then((own) => {
        own.score({ outputs: new Map(), labels: undefined, data: new Map() }).catch(() => {});
        setTimeout(() => process.kill(process.pid, 'SIGKILL'), 500);
      });`);
    // The pipe of what it prints is closed only when both processes have ended.
    const { stderr, signal } = spawnSync(process.execPath, [parent], { encoding: 'utf8', timeout: 30_000 });
    expect(signal).toBe('SIGKILL');
    expect(Number(stderr)).toBeGreaterThan(0);
  });
});

it('runs only where code may run', async () => {
  const config = { ...DEFAULT_CONFIG, tuning: { ...DEFAULT_CONFIG.tuning, metric: 'mine.mjs' as const } };
  const source = { text: undefined, path: join(folder, 'model.mixed-precision.json') };
  await expect(startOwnMetric(config, source, { progress: NO_PROGRESS })).rejects.toMatchObject({
    message: expect.stringContaining('only in trusted workspaces') as string, place: { file: join(folder, 'mine.mjs') },
  });
  expect(await startOwnMetric(DEFAULT_CONFIG, source, { progress: NO_PROGRESS })).toBeUndefined();
});
