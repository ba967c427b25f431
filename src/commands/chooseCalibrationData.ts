import * as vscode from 'vscode';
import { configPath } from '../document/configPath';
import { modelCommand } from './command';
import { pickArrays } from './pickArrays';
import { notOpen } from './reasons';

/** Names the sample inputs that INT8 ranges are measured on; in the config relative to it, where they are beside or below it. */
export const chooseCalibrationData = modelCommand({
  id: 'chooseCalibrationData',
  notNow: notOpen,
  async run(document, _, given) {
    const file = given instanceof vscode.Uri ? given : await pickArrays(vscode.l10n.t('Calibration Data'), document.configFolder);
    if (file === undefined) return;
    await document.editConfig([{ path: ['calibration', 'data'], value: configPath(document, file) }]);
  },
});
