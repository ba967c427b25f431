import moveDown from '@vscode/codicons/src/icons/arrow-down.svg';
import chevronLeft from '@vscode/codicons/src/icons/chevron-left.svg';
import chevron from '@vscode/codicons/src/icons/chevron-right.svg';
import close from '@vscode/codicons/src/icons/close.svg';
import copy from '@vscode/codicons/src/icons/copy.svg';
import pause from '@vscode/codicons/src/icons/debug-pause.svg';
import debugStepBack from '@vscode/codicons/src/icons/debug-step-back.svg';
import error from '@vscode/codicons/src/icons/error.svg';
import info from '@vscode/codicons/src/icons/info.svg';
import play from '@vscode/codicons/src/icons/play.svg';
import help from '@vscode/codicons/src/icons/question.svg';
import goToFile from '@vscode/codicons/src/icons/go-to-file.svg';
import reset from '@vscode/codicons/src/icons/debug-restart.svg';
import runAll from '@vscode/codicons/src/icons/run-all.svg';
import save from '@vscode/codicons/src/icons/save.svg';
import fit from '@vscode/codicons/src/icons/screen-full.svg';
import search from '@vscode/codicons/src/icons/search.svg';
import settings from '@vscode/codicons/src/icons/settings-gear.svg';
import warning from '@vscode/codicons/src/icons/warning.svg';
import zoomIn from '@vscode/codicons/src/icons/zoom-in.svg';
import zoomOut from '@vscode/codicons/src/icons/zoom-out.svg';

/** In the manner of codicons, which have none of these. */
const outline = (path: string): string =>
  `<svg width="16" height="16" viewBox="0 0 16 16" xmlns="http://www.w3.org/2000/svg" fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round"><path d="${path}"/></svg>`;
const first = outline('M3.5 3v10M12.5 3.5 6 8l6.5 4.5z');
const last = outline('M12.5 3v10M3.5 3.5 10 8l-6.5 4.5z');

/** Icons in use, as SVG text. */
export const icons = { chevron, chevronLeft, close, copy, error, first, fit, goToFile, help, info, last, moveDown, pause, play, reset, runAll, save, search, settings, stepBack: debugStepBack, warning, zoomIn, zoomOut };

export type IconName = keyof typeof icons;
