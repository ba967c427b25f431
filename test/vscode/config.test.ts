import { deepStrictEqual, match, ok, strictEqual } from 'node:assert';
import { after, afterEach, describe, it } from 'mocha';
import { commands, languages, window, workspace } from 'vscode';
import { file, openModel, replaceText, send } from './configSupport';
import { closeAll, done, nodesOf, read, remove, until } from './support';

describe('the config', () => {
  afterEach(closeAll);
  after(() => remove(file));

  it('is the defaults until the panel makes a file', async () => {
    const document = await openModel();
    deepStrictEqual([document.configView.file, document.configView.useBf16], [undefined, false]);
    await send({ type: 'setUseBf16', value: true });
    strictEqual(await read(file), '{\n  "use_bf16": true\n}\n');
    await until(() => document.configView.useBf16 && document.configView.file === 'digits_cnn.mixed-precision.json');
  });

  it('lists op types with what they can compute in and what is planned', async () => {
    const document = await openModel('{ "use_bf16": true, "calibration": { "data": "digits_calibration.npz" } }');
    const row = document.configView.opTypes.find(({ op }) => op === 'Conv2D')!;
    strictEqual(row.count, nodesOf(document.conversion.graph!, 'Conv2D').length);
    deepStrictEqual([...row.capability].sort(), ['bf16', 'int8']);
    strictEqual(row.choice, 'auto');
  });

  it('changes from the panel keep comments and can be undone', async () => {
    const text = '{\n  // by hand\n  "use_bf16": false\n}\n';
    const document = await openModel(text);
    await window.showTextDocument(await workspace.openTextDocument(file));
    await send({ type: 'setOpTypes', ops: ['Conv2D'], choice: 'fp32' });
    match(await read(file), /\/\/ by hand\n {2}"use_bf16": false,\n {2}"op_type_dict"/);
    await until(() => document.configView.opTypes.some(({ op, choice }) => op === 'Conv2D' && choice === 'fp32'));

    await commands.executeCommand('undo');
    await until(() => document.configView.opTypes.some(({ op, choice }) => op === 'Conv2D' && choice === 'auto'));
    strictEqual((await workspace.openTextDocument(file)).getText(), text);
  });

  it('changes as text reach the panel', async () => {
    const document = await openModel('{ "use_bf16": false }');
    const text = await replaceText('false', 'true');
    await until(() => document.configView.useBf16);
    ok(text.isDirty, 'the panel does not wait for saving');
    await text.save();
  });

  it('changes on disk reach the panel', async () => {
    const document = await openModel('{ "use_bf16": false }');
    await workspace.fs.writeFile(file, new TextEncoder().encode('{ "use_bf16": true }'));
    await until(() => document.configView.useBf16);
  });

  it('overrides the selected node alone', async () => {
    const document = await openModel('{}');
    const [node] = nodesOf(document.conversion.graph!, 'Conv2D');
    await done('showWhy', node);
    const { selection } = document.configView;
    ok(selection);
    strictEqual(selection.name, node);
    await send({ type: 'setOverride', pattern: selection.pattern, choice: 'fp32' });
    await until(() => document.configView.overrides.some(({ choice, matches }) => choice === 'fp32' && matches === 1));
    strictEqual(document.configView.selection?.choice, 'fp32');
  });

  it('runs the phases again when it changes, up to the one on view', async () => {
    const document = await openModel('{ "use_bf16": false, "calibration": { "data": "digits_calibration.npz" } }');
    const { conversion } = document;
    await done('showSnapshot', 2);
    strictEqual(conversion.snapshots[2]!.counts.bf16, 0);
    const text = await replaceText('false', 'true');
    await text.save();
    await until(() => conversion.running === undefined && (conversion.snapshots[2]?.counts.bf16 ?? 0) > 0);
    deepStrictEqual([conversion.snapshots.length, conversion.shown], [3, 2]);
  });

  it('counts for a run that starts right after an edit', async () => {
    const { conversion } = await openModel('{ "use_bf16": false }');
    await replaceText('false', 'true');
    await done('showSnapshot', 2);
    ok(conversion.snapshots[2]!.counts.bf16 > 0);
    await (await workspace.openTextDocument(file)).save();
  });

  it('with a mistake is underlined, named in the panel, and stops the phases', async () => {
    const document = await openModel('{ "use_bf61": true }');
    await window.showTextDocument(await workspace.openTextDocument(file));
    await until(() => languages.getDiagnostics(file).length === 1);
    match(languages.getDiagnostics(file)[0]!.message, /use_bf61/);
    ok(document.configView.problems.some(({ message }) => message.includes('use_bf61')));
    const outcome = await commands.executeCommand<{ status: string; message: string }>('mixedPrecision.runNextPhase');
    strictEqual(outcome.status, 'failed');
    match(outcome.message, /digits_cnn\.mixed-precision\.json.*use_bf61/);
    strictEqual(document.conversion.snapshots.length, 1);
  });

  it('with a pattern that is none is underlined, which the schema cannot do', async () => {
    await openModel('{ "op_name_dict": { "head(": "fp32" } }');
    await window.showTextDocument(await workspace.openTextDocument(file));
    const [problem] = await until(() => languages.getDiagnostics(file).length > 0 && languages.getDiagnostics(file));
    strictEqual(problem!.source, 'Mixed Precision');
    match(problem!.message, /head\(/);
  });

  it('opens as text at the key that decided', async () => {
    await openModel('{\n  "use_bf16": true,\n  "op_type_dict": { "Conv2D": "fp32" }\n}\n');
    await done('openConfigFile', 'op_type_dict.Conv2D');
    const editor = window.activeTextEditor!;
    strictEqual(editor.document.uri.toString(), file.toString());
    strictEqual(editor.document.getText(editor.selection), '"Conv2D": "fp32"');
  });
});
