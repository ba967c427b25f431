import * as vscode from 'vscode';
import type { ConversionApi } from '../engine/conversion';
import type { ModelDocument } from '../document/modelDocument';
import { modelCommand } from './command';
import { notOpen } from './reasons';

/** Takes a config of Intel Neural Compressor over; a Python file is read, never executed. */
export const importConfig = modelCommand({
  id: 'importConfig',
  notNow: notOpen,
  async run(document, _, given) {
    const file = given instanceof vscode.Uri ? given : await pickFile(document);
    if (file === undefined) return;
    const name = file.path.slice(file.path.lastIndexOf('/') + 1);
    const imported = await document.conversion.importConfig(new TextDecoder().decode(await vscode.workspace.fs.readFile(file)), file);
    if (!(given instanceof vscode.Uri) && !(await mayReplace(document))) return;
    await document.replaceConfig(commented(imported, name));
    await vscode.commands.executeCommand('mixedPrecision.openConfigFile');
    const { length } = imported.notes;
    void vscode.window.showInformationMessage(length === 0 ? vscode.l10n.t('{0} is imported.', name) : vscode.l10n.t('{0} is imported. The comments at the top of the config say what has no counterpart here ({1}).', name, length));
  },
});

async function pickFile({ configFolder }: ModelDocument): Promise<vscode.Uri | undefined> {
  const filters = { [vscode.l10n.t('Neural Compressor config')]: ['yaml', 'yml', 'py'] };
  return (await vscode.window.showOpenDialog({ title: vscode.l10n.t('Import Neural Compressor Config'), defaultUri: configFolder, filters }))?.[0];
}

async function mayReplace({ configView: { file } }: ModelDocument): Promise<boolean> {
  if (file === undefined) return true;
  const replace = vscode.l10n.t('Replace');
  const detail = vscode.l10n.t('Undo in its editor brings it back.');
  return (await vscode.window.showWarningMessage(vscode.l10n.t('Replace all of {0}?', file), { modal: true, detail }, replace)) === replace;
}

/** The config file, headed by what of the original it could not take over. */
function commented({ text, notes }: Awaited<ReturnType<ConversionApi['importConfig']>>, name: string): string {
  const lines = notes.map(({ path, message }) => `${path}: ${message}`);
  const head = [vscode.l10n.t('Imported from {0}.', name), ...(lines.length === 0 ? [] : [vscode.l10n.t('Read differently, or without a counterpart here:'), ...lines])];
  return `${head.flatMap((line) => line.split(/\r\n|[\n\r\u2028\u2029]/)).map((line) => `// ${line}\n`).join('')}${text}`;
}
