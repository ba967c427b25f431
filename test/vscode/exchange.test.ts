import { deepStrictEqual, match, ok, strictEqual } from 'node:assert';
import { after, afterEach, describe, it } from 'mocha';
import { commands, Uri, window, workspace } from 'vscode';
import { closeAll, done, opened, read, remove, run, sample, until } from './support';

const model = sample('digits_cnn.pb');
const file = sample('digits_cnn.mixed-precision.json');
const foreign = sample('conf.yaml');
const exported = sample('exported.py');

async function openModel(config?: string) {
  await remove(file);
  if (config !== undefined) {
    await workspace.fs.writeFile(file, new TextEncoder().encode(config));
    await until(async () => (await workspace.openTextDocument(file)).getText() === config);
  }
  await done('openModel', model);
  return opened(model);
}

async function write(uri: Uri, text: string): Promise<void> {
  await workspace.fs.writeFile(uri, new TextEncoder().encode(text));
}

describe('a config that starts from elsewhere', () => {
  afterEach(closeAll);
  after(async () => {
    for (const made of [file, foreign, exported]) await remove(made);
  });

  it('is imported from Neural Compressor, with what has no counterpart as comments, and can be undone', async () => {
    const document = await openModel('{ "use_bf16": false }\n');
    await write(foreign, 'use_bf16: true\nquantization:\n  calibration:\n    sampling_size: 50\n  op_wise:\n    dense.*:\n      activation:\n        dtype: [fp32]\ntuning:\n  exit_policy:\n    max_trials: 7\n  tensorboard: true\n');
    await done('importConfig', foreign);
    await until(() => document.configView.useBf16 && document.configView.calibration.samples === 50);
    const text = await read(file);
    match(text, /^\/\/ Imported from conf\.yaml\.\n/);
    match(text, /\/\/ tuning\.tensorboard: /);
    match(text, /"max_trials": 7/);
    deepStrictEqual(document.configView.overrides.map(({ pattern, choice }) => [pattern, choice]), [['dense.*', 'fp32']]);
    strictEqual(window.activeTextEditor?.document.uri.toString(), file.toString());
    await commands.executeCommand('undo');
    await until(() => !document.configView.useBf16);
    strictEqual((await workspace.openTextDocument(file)).getText(), '{ "use_bf16": false }\n');
  });

  it('says which line of a foreign file is no YAML, and leaves the config', async () => {
    await openModel('{ "use_bf16": true }\n');
    await write(foreign, 'quantization:\n  - a\n b: [\n');
    const outcome = await run('importConfig', foreign);
    strictEqual(outcome.status, 'failed');
    match('message' in outcome ? outcome.message : '', /conf\.yaml.*line 3/);
    strictEqual(await read(file), '{ "use_bf16": true }\n');
  });

  it('is exported for Neural Compressor, and never over an existing file without asking', async () => {
    await openModel('{ "use_bf16": true, "op_type_dict": { "Softmax": "fp32" } }\n');
    await remove(exported);
    await done('exportConfig', exported);
    match(await read(exported), /PostTrainingQuantConfig\(/);
    const outcome = await run('exportConfig', exported);
    strictEqual(outcome.status, 'failed');
  });

  it('starts from a profile, keeps what is set for single ops, and can be undone at once', async () => {
    const text = '{\n  "use_bf16": false,\n  "bf16_reward": 0.5,\n  "op_name_dict": { "x": "fp32" }\n}\n';
    const document = await openModel(text);
    await window.showTextDocument(await workspace.openTextDocument(file));
    await done('applyProfile', 'int8_bf16');
    await until(() => document.configView.useBf16 && document.configView.bf16Reward === 1);
    ok(document.configView.overrides.some(({ pattern }) => pattern === 'x'));
    await commands.executeCommand('undo');
    await until(() => !document.configView.useBf16);
    strictEqual((await workspace.openTextDocument(file)).getText(), text);
    await done('applyProfile.bf16');
    await until(() => document.configView.bf16Ops?.join() === 're:.*');
  });

  it('takes calibration data as a path beside it', async () => {
    await openModel('{}\n');
    await done('chooseCalibrationData', sample('digits_calibration.npz'));
    deepStrictEqual(JSON.parse(await read(file)), { calibration: { data: 'digits_calibration.npz' } });
  });
});
