import * as vscode from 'vscode';
import { CancelledError } from '../engine/errors';
import { errorText, NotNowError } from '../document/messages';
import { profileCommands } from './applyProfile';
import { cancel } from './cancel';
import type { Command, Outcome, Rooms } from './command';
import { chooseCalibrationData } from './chooseCalibrationData';
import { compareWithOriginal } from './compareWithOriginal';
import { chooseTuningData } from './chooseTuningData';
import { chooseTuningMetric } from './chooseTuningMetric';
import { copyName } from './copyName';
import { exportConfig } from './exportConfig';
import { exportPicture } from './exportPicture';
import { exportReport } from './exportReport';
import { importConfig } from './importConfig';
import { openConfig } from './openConfig';
import { openConfigFile } from './openConfigFile';
import { openInMixedPrecision } from './openInMixedPrecision';
import { openModel } from './openModel';
import { openSample } from './openSample';
import { recordRanges } from './recordRanges';
import { reopen } from './reopen';
import { reset } from './reset';
import { runAllPhases } from './runAllPhases';
import { runNextPhase } from './runNextPhase';
import { saveConvertedModel } from './saveConvertedModel';
import { setPrecisionCommands } from './setPrecision';
import { showLog } from './showLog';
import { showSensitivity } from './showSensitivity';
import { showSnapshot } from './showSnapshot';
import { showWhy } from './showWhy';
import { stepBack } from './stepBack';
import { tune } from './tune';
import { viewCommands } from './view';

const COMMANDS: readonly Command[] = [
  openModel,
  openInMixedPrecision,
  openSample,
  runNextPhase,
  runAllPhases,
  stepBack,
  reset,
  cancel,
  saveConvertedModel,
  exportReport,
  openConfig,
  openConfigFile,
  showSnapshot,
  showWhy,
  copyName,
  ...setPrecisionCommands,
  ...profileCommands,
  chooseCalibrationData,
  recordRanges,
  tune,
  chooseTuningData,
  chooseTuningMetric,
  showSensitivity,
  importConfig,
  exportConfig,
  ...viewCommands,
  compareWithOriginal,
  exportPicture,
  reopen,
  showLog,
];

/** Registers every command; what one throws reaches the user as a message. */
export function registerCommands(rooms: Rooms): vscode.Disposable {
  const registrations = COMMANDS.map((command) =>
    vscode.commands.registerCommand(`mixedPrecision.${command.id}`, (...args: unknown[]) => perform(command, rooms, args)),
  );
  return vscode.Disposable.from(...registrations);
}

async function perform(command: Command, rooms: Rooms, args: readonly unknown[]): Promise<Outcome> {
  try {
    return { status: 'done', value: await command.run(rooms, ...args) };
  } catch (error) {
    rooms.messages.show(error);
    const status = error instanceof NotNowError ? 'notNow' : error instanceof CancelledError ? 'cancelled' : 'failed';
    return { status, message: errorText(error) };
  }
}
