import * as vscode from 'vscode';
import { UserError } from '../engine/errors';
import type { DataView } from '../../webview/protocol';
import { newestOnly } from './newestOnly';

/** A file that is being written is read once it was left alone this long, in ms. */
const DEBOUNCE = 300;

/** What the calibration data of a model holds; read anew when its file changes. */
export class CalibrationData implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly failed = new vscode.EventEmitter<unknown>();
  private readonly read = newestOnly(
    (file: vscode.Uri) => this.describe(file).catch(problemOf),
    (contents) => this.show(contents),
    (error) => this.failed.fire(error),
  );
  private watcher: vscode.Disposable | undefined;
  private timer: NodeJS.Timeout | undefined;
  private key = '';

  readonly onDidChange = this.changed.event;
  readonly onDidFail = this.failed.event;

  /** Undefined until the file is read. */
  contents: DataView | undefined;

  constructor(private readonly describe: (file: vscode.Uri) => Promise<DataView>) {}

  /** `inputs`: a text that differs where the inputs the data is for do. */
  update(file: vscode.Uri | undefined, inputs: string): void {
    const key = `${file?.toString()} ${inputs}`;
    if (key === this.key) return;
    this.key = key;
    this.stop();
    this.show(undefined);
    if (file === undefined) return;
    this.watcher = this.watch(file);
    this.read(file);
  }

  dispose(): void {
    this.stop();
    vscode.Disposable.from(this.changed, this.failed).dispose();
  }

  private stop(): void {
    this.read(undefined);
    this.watcher?.dispose();
    clearTimeout(this.timer);
  }

  private watch(file: vscode.Uri): vscode.Disposable {
    // Names may hold what patterns give a meaning to.
    const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(vscode.Uri.joinPath(file, '..'), '*'));
    const onFile = (changed: vscode.Uri) => {
      if (changed.toString() !== file.toString()) return;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.read(file), DEBOUNCE);
    };
    return vscode.Disposable.from(watcher, watcher.onDidCreate(onFile), watcher.onDidChange(onFile), watcher.onDidDelete(onFile));
  }

  private show(contents: DataView | undefined): void {
    if (contents === undefined && this.contents === undefined) return;
    this.contents = contents;
    this.changed.fire();
  }
}

/** A file that cannot be read has nothing in it, and a reason. */
function problemOf(error: unknown): DataView {
  if (!(error instanceof UserError)) throw error;
  return { samples: undefined, arrays: [], unserved: [], problem: error.oneLine };
}
