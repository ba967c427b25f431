import chevron from '@vscode/codicons/src/icons/chevron-right.svg';
import close from '@vscode/codicons/src/icons/close.svg';
import debugStepBack from '@vscode/codicons/src/icons/debug-step-back.svg';
import error from '@vscode/codicons/src/icons/error.svg';
import play from '@vscode/codicons/src/icons/play.svg';
import reset from '@vscode/codicons/src/icons/debug-restart.svg';
import runAll from '@vscode/codicons/src/icons/run-all.svg';
import save from '@vscode/codicons/src/icons/save.svg';
import fit from '@vscode/codicons/src/icons/screen-full.svg';
import search from '@vscode/codicons/src/icons/search.svg';
import settings from '@vscode/codicons/src/icons/settings-gear.svg';
import zoomIn from '@vscode/codicons/src/icons/zoom-in.svg';
import zoomOut from '@vscode/codicons/src/icons/zoom-out.svg';

/** Codicons in use, as SVG text. */
export const icons = { chevron, close, error, fit, play, reset, runAll, save, search, settings, stepBack: debugStepBack, zoomIn, zoomOut };

export type IconName = keyof typeof icons;
