// Desktop VS Code: the installed one, or the one that @vscode/test-electron downloads.
import { existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { scratch } from '../lib/paths.mjs';

/** Whether a window can open here. */
export const hasDisplay = () => process.platform !== 'linux' || Boolean(process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY);

/** Where the program lies, seen from the `code` command that VS Code puts on the PATH. */
const fromCommand = {
  linux: ['code', '../code'],
  darwin: ['code', '../../../MacOS/Electron'],
  win32: ['code.cmd', '../Code.exe'],
};

/** Program file of the VS Code that is installed (`VSCODE_EXECUTABLE` wins), or undefined. */
export function installedDesktop() {
  if (process.env.VSCODE_EXECUTABLE) return process.env.VSCODE_EXECUTABLE;
  const [command, program] = fromCommand[process.platform] ?? fromCommand.linux;
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    if (!existsSync(join(folder, command))) continue;
    const file = resolve(dirname(realpathSync(join(folder, command))), program);
    if (existsSync(file)) return file;
  }
  return undefined;
}

/** Program file of a desktop VS Code, downloaded if need be; undefined, and said why, when it cannot be had. */
export async function findDesktop() {
  if (!hasDisplay()) return undefined;
  const installed = installedDesktop();
  if (installed) return installed;
  const { downloadAndUnzipVSCode } = await import('@vscode/test-electron');
  try {
    return await downloadAndUnzipVSCode({ version: 'stable', cachePath: scratch });
  } catch (error) {
    console.log(`Desktop VS Code could not be downloaded (${error.message}); using the web host.`);
    return undefined;
  }
}
