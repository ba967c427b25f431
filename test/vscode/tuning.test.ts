import { deepStrictEqual, match, ok, strictEqual } from 'node:assert';
import { after, afterEach, describe, it } from 'mocha';
import { commands, window, workspace } from 'vscode';
import type { OpenTuning } from '../../src/views/tuningPanels';
import { file, openModel } from './configSupport';
import { api, closeAll, done, nodesOf, read, remove, run, sample, until } from './support';

const JOURNAL = sample('digits_cnn.trials.jsonl');
const CONFIG = {
  use_bf16: true, calibration: { data: 'digits_calibration.npz' },
  tuning: { data: 'digits_test.npz', labels: 'label', strategy: 'random', max_trials: 3, timeout: 600 },
};
const config = (more: object = {}): string => `${JSON.stringify({ ...CONFIG, tuning: { ...CONFIG.tuning, ...more } }, null, 2)}\n`;

async function openTuning(): Promise<OpenTuning> {
  await done('tune');
  const { activeTuning } = await api();
  const open = await until(() => activeTuning());
  await until(() => open.tuning.view.state === 'idle');
  return open;
}

describe('tuning', () => {
  afterEach(async () => {
    await closeAll();
    await remove(JOURNAL);
  });
  after(() => remove(file));

  it('measures trials, applies one to the config, and takes it back', async () => {
    const document = await openModel(config());
    await done('runAllPhases');
    const { tuning, receive } = await openTuning();
    deepStrictEqual([tuning.view.data, tuning.view.labels, tuning.trials.length], ['digits_test.npz', 'label', 0]);
    await receive({ type: 'start' });
    await until(() => tuning.view.end !== undefined && tuning.view.state === 'idle');
    const { view, trials } = tuning;
    deepStrictEqual([view.end, view.problem, trials.length], ['max_trials', undefined, 3]);
    ok(view.baseline! > 0.9 && trials.every(({ cost }) => cost > 0 && cost < 2));

    await receive({ type: 'locate', trial: 0 });
    const { deviations } = await until(() => tuning.trials[0]!.deviations !== undefined && tuning.trials[0]);
    ok(deviations!.length > 0 && deviations!.every(({ decibels }) => decibels > 0));
    await until(() => tuning.view.state === 'idle');

    const chosen = trials.findIndex(({ precision }) => precision.fp32 > 0);
    ok(chosen >= 0, 'of three random trials one has an op in FP32');
    await window.showTextDocument(await workspace.openTextDocument(file));
    const before = await read(file);
    strictEqual(await receive({ type: 'apply', trial: chosen }), undefined);
    await until(() => tuning.view.applied === chosen);
    const { kept } = trials[chosen]!;
    const text = await read(file);
    const written = { ...(JSON.parse(text) as { op_name_dict?: object }).op_name_dict, ...(JSON.parse(text) as { op_type_dict?: object }).op_type_dict };
    ok(Object.keys(written).length >= kept.filter(({ precision }) => precision === 'fp32').length);
    // The graph follows: an op that is kept in FP32 is.
    const op = kept.find(({ id, precision }) => id !== undefined && precision === 'fp32');
    if (op !== undefined) {
      const details = await until(async () => document.conversion.running === undefined && document.conversion.snapshots.length === 4 && document.conversion.details(op.id!));
      strictEqual(details.precision, 'fp32');
    }

    await commands.executeCommand('undo');
    await until(() => tuning.view.applied !== chosen);
    strictEqual((await workspace.openTextDocument(file)).getText(), before);
    await (await workspace.openTextDocument(file)).save();
  });

  it('goes on after its view was closed, from the journal', async () => {
    await openModel(config({ max_trials: 200 }));
    const first = await openTuning();
    await first.receive({ type: 'start' });
    await until(() => first.tuning.trials.length >= 2);
    await first.receive({ type: 'pause' });
    strictEqual(first.tuning.view.state, 'paused');
    await first.receive({ type: 'resume' });
    const start = performance.now();
    await first.receive({ type: 'cancel' });
    await until(() => first.tuning.view.state === 'idle');
    ok(performance.now() - start < 1000);
    strictEqual(first.tuning.view.end, 'cancelled');
    const { length } = first.tuning.trials;
    first.panel.dispose();

    const second = await openTuning();
    ok(second.tuning.trials.length >= length);
    strictEqual(second.tuning.view.stale, undefined);
    await second.receive({ type: 'start' });
    await until(() => second.tuning.trials.length > length + 1);
    await second.receive({ type: 'cancel' });
  });

  it('says what is at fault, and that the config has changed', async () => {
    const document = await openModel(config({ labels: 'none' }));
    const { tuning, receive } = await openTuning();
    await receive({ type: 'start' });
    match((await until(() => tuning.view.problem)), /has no array "none"/);
    await receive({ type: 'setMaxTrials', trials: 2 });
    await until(() => document.configView.file !== undefined && tuning.view.maxTrials === 2);
  });

  it('names its data in the config', async () => {
    await openModel('{ "use_bf16": true }');
    await done('chooseTuningData', sample('digits_test.npz'));
    deepStrictEqual((JSON.parse(await read(file)) as { tuning: object }).tuning, { data: 'digits_test.npz', labels: 'label' });
    strictEqual((await run('chooseTuningData', sample('none.npz'))).status, 'failed');
  });

  it('judges by a metric of the user’s own, in the direction it says, and tells what ran the model', async () => {
    const metric = sample('wrong.mjs');
    await workspace.fs.writeFile(metric, new TextEncoder().encode(`export const greaterIsBetter = false;
      export default function (outputs, labels) {
        const [{ data, shape: [rows, columns] }] = Object.values(outputs);
        const isWrong = (row) => { const scores = data.subarray(row * columns, (row + 1) * columns); return scores.indexOf(Math.max(...scores)) !== Number(labels.data[row]); };
        return Array.from({ length: rows }, (_, row) => Number(isWrong(row))).reduce((sum, wrong) => sum + wrong, 0) / rows;
      }`));
    try {
      await openModel(config({ max_trials: 2 }));
      await done('chooseTuningMetric', metric);
      const { tuning, receive } = await openTuning();
      await until(() => tuning.view.metric === 'wrong.mjs');
      await receive({ type: 'start' });
      await until(() => tuning.view.end !== undefined && tuning.view.state === 'idle');
      const { view } = tuning;
      deepStrictEqual([view.end, view.problem, view.higherIsBetter], ['max_trials', undefined, false]);
      ok(view.baseline! < 0.1 && view.worst! > view.baseline!);
      match(view.runtime!, /^the embedded runtime on onnxruntime-/);

      await workspace.fs.writeFile(metric, new TextEncoder().encode('export default () => {\n  for (;;);\n}'));
      await receive({ type: 'startAnew' });
      await until(() => tuning.view.task === 'baseline');
      await receive({ type: 'cancel' });
      await until(() => tuning.view.state === 'idle');
      strictEqual(tuning.view.end, 'cancelled');
    } finally {
      await remove(metric);
    }
  });

  it('measures what each op does alone, once', async () => {
    const document = await openModel(config());
    strictEqual(document.sensitivity.errors.size, 0);
    await done('showSensitivity');
    const { errors } = document.sensitivity;
    const convolutions = nodesOf(document.conversion.graph!, 'Conv2D');
    ok(convolutions.some((id) => errors.has(id)));
    for (const [lowest, ...others] of errors.values()) ok(lowest!.decibels > 10 && others.every(({ precision }) => precision === 'bf16'));
    // Closing the view forgets nothing: the journal has them.
    const { activeTuning } = await api();
    activeTuning()!.panel.dispose();
    const { tuning } = await openTuning();
    deepStrictEqual(document.sensitivity.errors, errors);
    strictEqual(tuning.view.end, undefined);
  });

  it('shows an op of a trial in the graph', async () => {
    const document = await openModel(config());
    const { receive } = await openTuning();
    const [id] = nodesOf(document.conversion.graph!, 'Conv2D');
    await receive({ type: 'show', id: id! });
    strictEqual(document.selected, id);
  });
});
