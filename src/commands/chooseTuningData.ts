import * as vscode from 'vscode';
import { configPath } from '../document/configPath';
import type { ModelDocument } from '../document/modelDocument';
import { UserError } from '../engine/errors';
import { isMetricFile } from '../engine/config/config';
import type { ConfigEdit } from '../engine/config/problem';
import { METRICS } from '../engine/tuning/metrics';
import type { DataView } from '../../webview/protocol';
import { modelCommand } from './command';
import { pickArrays } from './pickArrays';
import { notOpen } from './reasons';

/** Names the data that accuracy is measured on, and the array of labels in it. Without labels, outputs are compared with the original's. */
export const chooseTuningData = modelCommand({
  id: 'chooseTuningData',
  notNow: notOpen,
  async run(document, _, given) {
    const file = given instanceof vscode.Uri ? given : await pickFile(document.configFolder);
    if (file === undefined) return;
    const contents = await document.conversion.describeData(file);
    if (contents.problem !== undefined) throw new UserError(contents.problem, { file: file.fsPath });
    const labels = await pickLabels(contents);
    if (labels !== undefined) await document.editConfig(edits(document, file, labels.name));
  },
});

function edits(document: ModelDocument, file: vscode.Uri, labels: string | undefined): readonly ConfigEdit[] {
  const { metric } = document.config.tuning;
  const needsOther = labels === undefined && !isMetricFile(metric) && METRICS[metric].expects === 'classes';
  return [
    { path: ['tuning', 'data'], value: configPath(document, file) },
    { path: ['tuning', 'labels'], value: labels },
    ...(needsOther ? [{ path: ['tuning', 'metric'], value: 'sqnr' }] : []),
  ];
}

/** From those beside the config, or from anywhere. */
async function pickFile(folder: vscode.Uri): Promise<vscode.Uri | undefined> {
  const beside = await dataIn(folder);
  const browse = { label: vscode.l10n.t('Browse…'), alwaysShow: true };
  const items = [...beside.map((label) => ({ label })), browse];
  const placeHolder = vscode.l10n.t('An .npz file, or a folder of .npy files, with one array per model input and one of labels');
  const title = vscode.l10n.t('Data to Measure Accuracy On');
  const chosen = beside.length === 0 ? browse : await vscode.window.showQuickPick(items, { title, placeHolder });
  if (chosen === undefined) return undefined;
  if (chosen !== browse) return vscode.Uri.joinPath(folder, chosen.label);
  return pickArrays(title, folder);
}

/** Names of `.npz` files, and of folders with `.npy` files. */
async function dataIn(folder: vscode.Uri): Promise<string[]> {
  const found: string[] = [];
  for (const [name, type] of await vscode.workspace.fs.readDirectory(folder)) {
    const isFolder = type === vscode.FileType.Directory;
    const isData = isFolder ? (await vscode.workspace.fs.readDirectory(vscode.Uri.joinPath(folder, name))).some(([file]) => file.endsWith('.npy')) : name.endsWith('.npz');
    if (isData) found.push(name);
  }
  return found;
}

/** The only array that no input wants, none where there is none; asked for where there are several. Undefined: the user gave up. */
async function pickLabels({ arrays }: DataView): Promise<{ readonly name: string | undefined } | undefined> {
  const free = arrays.filter(({ input }) => input === undefined);
  if (free.length < 2) return { name: free[0]?.name };
  const none = { label: vscode.l10n.t('None'), description: vscode.l10n.t('Compare outputs with those of the original'), name: undefined };
  const items = [...free.map(({ name, dtype, shape }) => ({ label: name, description: `${dtype} ${shape.join('×')}`, name })), none];
  return vscode.window.showQuickPick(items, { title: vscode.l10n.t('Array of Labels') });
}
