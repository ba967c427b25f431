import * as vscode from 'vscode';
import { configPath } from '../document/configPath';
import { modelCommand } from './command';
import { notOpen } from './reasons';

/** Names a file with a metric of the user's own, which is to decide on the accuracy of trials. */
export const chooseTuningMetric = modelCommand({
  id: 'chooseTuningMetric',
  notNow: notOpen,
  async run(document, _, given) {
    const file = given instanceof vscode.Uri ? given : await pickFile(document.configFolder);
    if (file !== undefined) await document.editConfig([{ path: ['tuning', 'metric'], value: configPath(document, file) }]);
  },
});

async function pickFile(defaultUri: vscode.Uri): Promise<vscode.Uri | undefined> {
  const filters = { [vscode.l10n.t('JavaScript or Python')]: ['mjs', 'js', 'cjs', 'py'] };
  return (await vscode.window.showOpenDialog({ title: vscode.l10n.t('File with a Function metric(outputs, labels)'), defaultUri, filters }))?.[0];
}
