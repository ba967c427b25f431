import { deepStrictEqual, match, ok, strictEqual } from 'node:assert';
import { chmod } from 'node:fs/promises';
import { after, afterEach, describe, it } from 'mocha';
import { commands, ConfigurationTarget, window, workspace } from 'vscode';
import { chooses, file, openModel, replaceText, send, textDocument, toldAfter, write } from './configSupport';
import { closeAll, done, read, remove, until } from './support';

const BY_HAND = '{\n  // by hand\n  "use_bf16": false\n}\n';

describe('the file of the config', () => {
  afterEach(closeAll);
  after(() => remove(file));

  it('changes for many op types at once in one step to undo', async () => {
    const document = await openModel(BY_HAND);
    await window.showTextDocument(await textDocument());
    strictEqual(await send({ type: 'setOpTypes', ops: ['Conv2D', 'MatMul', 'Relu'], choice: 'fp32' }), undefined);
    await until(() => ['Conv2D', 'MatMul', 'Relu'].every((op) => chooses(document.configView, op, 'fp32')));
    await commands.executeCommand('undo');
    strictEqual((await textDocument()).getText(), BY_HAND);
    await until(() => ['Conv2D', 'MatMul', 'Relu'].every((op) => chooses(document.configView, op, 'auto')));
    await commands.executeCommand('redo');
    await until(() => chooses(document.configView, 'Relu', 'fp32'));
  });

  it('is the same in two text editors and the panel, whichever edits', async () => {
    const document = await openModel(BY_HAND);
    await window.showTextDocument(await textDocument());
    await commands.executeCommand('workbench.action.splitEditor');
    const texts = () => window.visibleTextEditors.filter((editor) => editor.document.uri.toString() === file.toString()).map((editor) => editor.document.getText());
    await until(() => texts().length === 2);
    await window.activeTextEditor!.edit((edit) => edit.replace(window.activeTextEditor!.document.lineAt(2).range, '  "use_bf16": true'));
    await until(() => document.configView.useBf16);
    await send({ type: 'setUseBf16', value: false });
    await until(() => !document.configView.useBf16);
    deepStrictEqual(texts(), [BY_HAND, BY_HAND]);
    await commands.executeCommand('undo');
    await until(() => document.configView.useBf16);
    ok(texts().every((text) => text.includes('true')));
  });

  it('deleted while it is open gives the defaults, and the next change a new one', async () => {
    const document = await openModel('{ "use_bf16": true }');
    await window.showTextDocument(await textDocument());
    await remove(file);
    await until(() => document.configView.file === undefined && !document.configView.useBf16);
    strictEqual(await send({ type: 'setCastPlacement', placement: 'none' }), undefined);
    deepStrictEqual(JSON.parse(await read(file)), { cast_placement: 'none' });
    await until(() => document.configView.castPlacement === 'none' && !document.configView.useBf16);
    await until(async () => (await textDocument()).getText() === '{\n  "cast_placement": "none"\n}\n');
  });

  it('changed on disk while it is open is shown, and changed further from there', async () => {
    const document = await openModel('{ "use_bf16": false }');
    await window.showTextDocument(await textDocument());
    await write('{ "use_bf16": true }\n');
    // At once: VS Code has not read it yet.
    strictEqual(await send({ type: 'setCastPlacement', placement: 'none' }), undefined);
    deepStrictEqual(JSON.parse(await read(file)), { use_bf16: true, cast_placement: 'none' });
    await until(() => document.configView.useBf16 && document.configView.castPlacement === 'none');
    ok(!(await textDocument()).isDirty);
  });

  it('without write permission stays as it is, with one message that names it', async () => {
    const document = await openModel(BY_HAND);
    await chmod(file.fsPath, 0o444);
    try {
      match((await send({ type: 'setUseBf16', value: true }))!, /digits_cnn\.mixed-precision\.json: It is read-only, so nothing was changed/);
      strictEqual(await read(file), BY_HAND);
      deepStrictEqual([(await textDocument()).getText(), (await textDocument()).isDirty, document.configView.useBf16], [BY_HAND, false, false]);
    } finally {
      await chmod(file.fsPath, 0o644);
    }
    strictEqual(await send({ type: 'setUseBf16', value: true }), undefined);
    await until(() => document.configView.useBf16);
  });

  it('read-only by a setting stays as it is, too', async () => {
    const document = await openModel(BY_HAND);
    const readOnly = (value: object | undefined) => workspace.getConfiguration('files').update('readonlyInclude', value, ConfigurationTarget.Global);
    await readOnly({ '**/*.mixed-precision.json': true });
    try {
      match((await send({ type: 'setUseBf16', value: true }))!, /digits_cnn\.mixed-precision\.json: It could not be saved, so nothing was changed/);
      strictEqual(await read(file), BY_HAND);
      deepStrictEqual([(await textDocument()).getText(), (await textDocument()).isDirty, document.configView.useBf16], [BY_HAND, false, false]);
    } finally {
      await readOnly(undefined);
    }
  });

  it('that is broken leaves the last good plan, which says so, and cannot be changed from the panel until it is mended', async () => {
    const document = await openModel('{\n  "use_bf16": true,\n  "op_type_dict": { "Conv2D": "fp32" }\n}\n');
    const { conversion } = document;
    await done('runAllPhases');
    const { snapshots } = conversion;
    const { opTypes, outcome } = document.configView;
    const broken = await replaceText('"op_type_dict": {', '"op_type_dict": [[');
    await until(() => document.configView.isFaulty);
    match(document.configView.problems[0]!.message, /Invalid JSON/);
    deepStrictEqual([document.configView.opTypes, document.configView.outcome, document.configView.useBf16], [opTypes, outcome, true]);
    ok(conversion.snapshots.length === 4 && conversion.snapshots.every((snapshot, index) => snapshot === snapshots[index]));

    const text = broken.getText();
    match((await send({ type: 'setUseBf16', value: false }))!, /digits_cnn\.mixed-precision\.json: Invalid JSON.*Correct the file first/);
    strictEqual((await textDocument()).getText(), text);

    await replaceText('[[', '{');
    await until(() => !document.configView.isFaulty);
    strictEqual(await send({ type: 'setUseBf16', value: false }), undefined);
    await until(() => !document.configView.useBf16 && conversion.running === undefined && conversion.snapshots.length === 4);
    strictEqual(conversion.snapshots[3]!.counts.bf16, 0);
  });

  it('is what the panel shows again after it was hidden', async () => {
    const document = await openModel('{ "use_bf16": true, "cast_placement": "none" }');
    await commands.executeCommand('mixedPrecision.config.focus');
    await commands.executeCommand('workbench.action.closeSidebar');
    await replaceText('none', 'depth_first');
    await until(() => document.configView.castPlacement === 'depth_first');
    const { config } = await toldAfter(() => commands.executeCommand('mixedPrecision.config.focus'), 'config');
    deepStrictEqual([config?.useBf16, config?.castPlacement], [true, 'depth_first']);
    await (await textDocument()).save();
  });
});
