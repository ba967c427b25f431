import { deepStrictEqual, match, ok, strictEqual } from 'node:assert';
import { after, afterEach, before, describe, it } from 'mocha';
import { commands, ConfigurationTarget, extensions, FileType, Uri, workspace } from 'vscode';
import type { Outcome } from '../../src/commands/command';
import { api, closeAll, done, EXTENSION_ID, opened, remove, run, sample, until } from './support';

const fixture = (name: string) => Uri.joinPath(extensions.getExtension(EXTENSION_ID)!.extensionUri, 'test', 'fixtures', 'saved_models', name);
const isOffered = async (folder: Uri) => (await api()).savedModelFolders.has(folder.fsPath);

/** Presses Enter in what VS Code asks until the command has ended. */
async function accepted(outcome: Promise<Outcome>): Promise<Outcome> {
  let ended = false;
  void outcome.finally(() => (ended = true));
  await until(async () => {
    if (!ended) await commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
    return ended;
  });
  return outcome;
}

describe('models of TensorFlow that are more than one file', () => {
  const folder = sample('recurrent');
  const main = Uri.joinPath(folder, 'saved_model.pb');
  const [saved, frozen] = [sample('recurrent.mixed.savedmodel'), sample('recurrent.mixed.pb')];
  const checkpoint = sample('trained');
  const dialogs = workspace.getConfiguration('files.simpleDialog');

  before(async () => {
    await dialogs.update('enable', true, ConfigurationTarget.Global);
    await workspace.fs.copy(fixture('digits_gru'), folder);
    await workspace.fs.copy(fixture('checkpoint'), checkpoint);
  });
  after(async () => {
    await dialogs.update('enable', undefined, ConfigurationTarget.Global);
    await Promise.all([folder, saved, frozen, checkpoint].map((path) => workspace.fs.delete(path, { recursive: true })));
  });
  afterEach(closeAll);

  it('offers to open folders with a SavedModel, and no others', async () => {
    await until(() => isOffered(folder));
    ok(!(await isOffered(checkpoint)));
    ok(!(await isOffered(Uri.joinPath(folder, 'variables'))));
    const copy = sample('passing');
    await workspace.fs.copy(main, Uri.joinPath(copy, 'saved_model.pb'));
    await until(() => isOffered(copy));
    await workspace.fs.delete(Uri.joinPath(copy, 'saved_model.pb'));
    await until(async () => !(await isOffered(copy)));
    await remove(copy);
  });

  it('opens the folder of a SavedModel, with its variables', async () => {
    await done('openInMixedPrecision', folder);
    const { conversion } = await opened(main);
    strictEqual(conversion.graph!.model.format, 'TensorFlow SavedModel');
  });

  it('says what is wrong with a folder that holds no model', async () => {
    const outcome = await run('openInMixedPrecision', Uri.joinPath(folder, 'variables'));
    strictEqual(outcome.status, 'failed');
    match('message' in outcome ? outcome.message : '', /The folder holds no model \(no saved_model\.pb, saved_model\.pbtxt\)/);
  });

  it('saves a SavedModel as a SavedModel or as a frozen graph, as the user chooses', async () => {
    for (const [form, path] of [['first', saved], ['last', frozen]] as const) {
      await done('openInMixedPrecision', folder);
      await opened(main);
      await done('runNextPhase');
      const outcome = run('saveConvertedModel');
      // The list of choices takes its time to appear, and nothing says when it has.
      await new Promise((resolve) => setTimeout(resolve, 1500));
      await commands.executeCommand(`quickInput.${form}`);
      strictEqual((await accepted(outcome)).status, 'done');
      await closeAll();
      await done('openModel', path);
      const { conversion } = await opened(form === 'first' ? Uri.joinPath(path, 'saved_model.pb') : path);
      ok(conversion.graph!.snapshots[0]!.counts.fp32 > 5);
      await closeAll();
    }
    const types = await Promise.all([saved, frozen].map(async (path) => (await workspace.fs.stat(path)).type));
    deepStrictEqual(types, [FileType.Directory, FileType.File]);
  });

  it('opens a checkpoint of TensorFlow 1 by its graph, with the variables beside it', async () => {
    const graph = Uri.joinPath(checkpoint, 'model.ckpt.meta');
    await done('openInMixedPrecision', graph);
    const { conversion } = await opened(graph);
    strictEqual(conversion.graph!.model.format, 'TensorFlow checkpoint');
    await closeAll();
    await commands.executeCommand('vscode.openWith', graph, 'mixedPrecision.graph');
    await opened(graph);
  });
});
