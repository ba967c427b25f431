import { deepStrictEqual, match, notStrictEqual, ok, strictEqual } from 'node:assert';
import { after, afterEach, describe, it } from 'mocha';
import { commands, extensions, workspace, type Uri } from 'vscode';
import type { Outcome } from '../../src/commands/command';
import { api, closeAll, done, EXTENSION_ID, opened, remove, run, sample } from './support';

interface Manifest {
  readonly contributes: { readonly commands: readonly { readonly command: string; readonly title: string; readonly category: string }[] };
}

const model = sample('digits_cnn.pb');
const message = (outcome: Outcome) => ('message' in outcome ? outcome.message : '');

describe('commands', () => {
  afterEach(closeAll);

  it('in the manifest and in the code are the same', async () => {
    await api();
    const { contributes } = extensions.getExtension(EXTENSION_ID)!.packageJSON as Manifest;
    const registered = (await commands.getCommands(true)).filter((id) => /^mixedPrecision\.(\w+|applyProfile\.\w+|setPrecision\.\w+\.\w+)$/.test(id));
    const listed = contributes.commands.map(({ command }) => command);
    // VS Code itself registers the view's and the container's commands with dots after ours.
    deepStrictEqual(registered.sort(), listed.sort());
    ok(contributes.commands.every(({ category }) => category === 'Mixed Precision'));
  });

  it('say that no model is open', async () => {
    for (const id of ['runNextPhase', 'runAllPhases', 'stepBack', 'reset', 'cancel', 'saveConvertedModel', 'exportReport', 'openConfig', 'showWhy', 'copyName', 'setPrecision', 'setPrecision.op.int8', 'fitGraph', 'compareWithOriginal', 'exportPicture']) {
      const outcome = await run(id);
      strictEqual(outcome.status, 'notNow', id);
      match(message(outcome), /No model is open/);
    }
  });

  it('say what has to come first, or is over', async () => {
    await done('openModel', model);
    await opened(model);
    for (const id of ['stepBack', 'reset', 'saveConvertedModel', 'exportReport']) match(message(await run(id)), /No phase has run yet/);
    match(message(await run('cancel')), /Nothing is running/);
    await done('runAllPhases');
    for (const id of ['runNextPhase', 'runAllPhases']) match(message(await run(id)), /All phases have run/);
  });

  it('do one thing at a time, and can be cancelled', async () => {
    await done('openModel', model);
    const { conversion } = await opened(model);
    const all = run('runAllPhases');
    match(message(await run('runNextPhase')), /is under way/);
    await done('cancel');
    strictEqual((await all).status, 'cancelled');
    strictEqual(conversion.running, undefined);
    strictEqual(conversion.shown, conversion.snapshots.length - 1);
    await done('runAllPhases');
    strictEqual(conversion.snapshots.length, 4);
  });
});

describe('opening', () => {
  afterEach(closeAll);

  it('gives the sample as a copy that may be changed', async () => {
    await done('openSample');
    const { uri, conversion } = (await api()).activeDocument()!;
    ok(uri.path.endsWith('/samples/digits_cnn.pb'));
    notStrictEqual(uri.toString(), model.toString());
    ok(!uri.path.startsWith(extensions.getExtension(EXTENSION_ID)!.extensionPath));
    strictEqual(conversion.snapshots.length, 1);
  });

  it('again reads what the file holds by now', async () => {
    const file = sample('changing.pb');
    await workspace.fs.copy(model, file, { overwrite: true });
    await done('openModel', file);
    const before = (await opened(file)).conversion;
    await done('runNextPhase');
    await workspace.fs.writeFile(file, await workspace.fs.readFile(sample('digits_transformer.pb')));
    await done('reopen');
    const { conversion } = await opened(file);
    strictEqual(conversion.snapshots.length, 1);
    notStrictEqual(conversion.graph!.nodes.count, before.graph!.nodes.count);
    await remove(file);
  });

  it('several models, commands act on the one in front', async () => {
    const other = sample('digits_transformer.pb');
    await done('openModel', model);
    const first = await opened(model);
    await done('openModel', other);
    const second = await opened(other);
    await done('runNextPhase');
    deepStrictEqual([first, second].map(({ conversion }) => conversion.snapshots.length), [1, 2]);

    await commands.executeCommand('workbench.action.previousEditor');
    await opened(model);
    await done('showSnapshot', 2);
    deepStrictEqual([first, second].map(({ conversion }) => conversion.snapshots.length), [3, 2]);

    await commands.executeCommand('workbench.action.closeActiveEditor');
    await opened(other);
  });

  it('in two editors shows the same state', async () => {
    await done('openModel', model);
    const { conversion } = await opened(model);
    await commands.executeCommand('workbench.action.splitEditor');
    await done('runNextPhase');
    strictEqual(conversion.snapshots.length, 2);
    strictEqual((await opened(model)).conversion, conversion);
  });

  it('refuses what is not on disk', async () => {
    const outcome = await run('openModel', model.with({ scheme: 'untitled' }));
    strictEqual(outcome.status, 'failed');
    match(message(outcome), /Only files on disk/);
  });
});

describe('a file that is no model', () => {
  const broken: Uri[] = [];
  const write = async (name: string, bytes: Uint8Array) => {
    const file = sample(name);
    broken.push(file);
    await workspace.fs.writeFile(file, bytes);
    return file;
  };
  afterEach(closeAll);
  after(() => Promise.all(broken.map(remove)));

  it('truncated, fails with its name, and the editor says why', async () => {
    const bytes = await workspace.fs.readFile(model);
    const file = await write('truncated.pb', bytes.slice(0, bytes.length / 2));
    const outcome = await run('openModel', file);
    strictEqual(outcome.status, 'failed');
    match(message(outcome), /truncated\.pb/);
    const document = (await api()).activeDocument()!;
    ok(document.failure instanceof Error);
    match(message(await run('runNextPhase')), /truncated\.pb is not open/);
  });

  it('a text, too', async () => {
    const outcome = await run('openModel', await write('notes.pb', new TextEncoder().encode('# Not a model\n'.repeat(100))));
    strictEqual(outcome.status, 'failed');
    match(message(outcome), /notes\.pb/);
  });

  it('but a pickle of PyTorch, tells how to get a model, and what is in it', async () => {
    const outcome = await run('openInMixedPrecision', await write('weights.pt', Uint8Array.of(0x80, 2, 0x7d, 0x2e)));
    strictEqual(outcome.status, 'failed');
    match(message(outcome), /weights\.pt: the file has no graph.*Export the model in Python: .*torch\.export\.save/);
    const { failure } = (await api()).activeDocument()!;
    ok(failure instanceof Error && 'place' in failure);
    match((failure.place as { contents: string }).contents, /^Python pickle\n/);
  });
});
