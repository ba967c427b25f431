import * as vscode from 'vscode';
import { UserError } from '../engine/errors';
import { editConfig } from './configEdits';
import { requireWritable } from './requireWritable';
import { createFile, haveSameLines, revert, setText } from './textEdits';
import { parseConfig, type ParsedConfig } from '../engine/config/parse';
import type { ConfigEdit } from '../engine/config/problem';

/** Config files are this, beside the model: `NAME.pb` has `NAME.mixed-precision.json`. */
export const CONFIG_SUFFIX = '.mixed-precision.json';

/** Typing pauses this long before it counts as a change, in ms. */
const DEBOUNCE = 300;

/** VS Code refuses an edit of a text that changed meanwhile, and reads a file that changed on disk a little later: tries, and ms between them. */
const ATTEMPTS = 20;
const RETRY = 100;

export function configUri(model: vscode.Uri): vscode.Uri {
  return model.with({ path: model.path.replace(/\.[^./]+$/, '') + CONFIG_SUFFIX });
}

/** The tuning config of one model: an ordinary text document, which may not exist yet. */
export class ConfigFile implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly watched: vscode.Disposable[];
  private timer: NodeJS.Timeout | undefined;

  /** The text may have changed, in an editor or on disk. */
  readonly onDidChange = this.changed.event;

  constructor(readonly uri: vscode.Uri) {
    const pattern = new vscode.RelativePattern(vscode.Uri.joinPath(uri, '..'), `*${CONFIG_SUFFIX}`);
    const watcher = vscode.workspace.createFileSystemWatcher(pattern);
    const onFile = (file: vscode.Uri) => this.schedule(file);
    this.watched = [
      watcher,
      watcher.onDidCreate(onFile),
      watcher.onDidChange(onFile),
      watcher.onDidDelete(onFile),
      // With unsaved edits, after the window was closed with them.
      vscode.workspace.onDidOpenTextDocument((document) => this.schedule(document.uri)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.schedule(document.uri)),
      // Closing without saving takes edits back.
      vscode.workspace.onDidCloseTextDocument((document) => this.schedule(document.uri)),
    ];
  }

  /** Unsaved edits, else what is on disk (an open document learns of that a little later), else the defaults. */
  async read(): Promise<{ readonly exists: boolean; readonly parsed: ParsedConfig }> {
    const document = this.openDocument();
    const text = document?.isDirty ? document.getText() : await this.readDisk();
    return { exists: text !== undefined, parsed: parseConfig(text, this.uri.fsPath) };
  }

  /**
   * Changes the file as one undoable edit of its text document, and saves it. Makes the file if there is none. Fails with
   * UserError where it cannot be saved, or its text is not valid JSON; nothing changes then.
   */
  edit(edits: readonly ConfigEdit[]): Promise<void> {
    return this.change((parsed) => editConfig(parsed, edits));
  }

  /** Gives the file another text, in the same way. */
  replace(text: string): Promise<void> {
    return this.change(() => text);
  }

  private async change(textFrom: (parsed: ParsedConfig) => string): Promise<void> {
    await requireWritable(this.uri.fsPath);
    for (let attempt = 1; !(await this.tryChange(textFrom)); attempt++) {
      if (attempt === ATTEMPTS) throw notCurrent(this.uri.fsPath);
      await new Promise((resolve) => setTimeout(resolve, RETRY));
    }
  }

  /** False where the text changed meanwhile, or on disk a moment ago. */
  private async tryChange(textFrom: (parsed: ParsedConfig) => string): Promise<boolean> {
    const { exists, parsed } = await this.read();
    const text = textFrom(parsed);
    if (!exists) return createFile(this.uri, text);
    const document = await vscode.workspace.openTextDocument(this.uri);
    const unsaved = document.isDirty ? document.getText() : undefined;
    if (!haveSameLines(document.getText(), parsed.text) || !(await setText(document, text))) return false;
    if (await document.save()) return true;
    await (unsaved === undefined ? revert(document) : setText(document, unsaved));
    throw notSaved(this.uri.fsPath);
  }

  /** The file as a text document; made with the defaults' first key if there is none. */
  async openText(): Promise<vscode.TextDocument> {
    if (!(await this.read()).exists) await this.edit([{ path: ['use_bf16'], value: false }]);
    return vscode.workspace.openTextDocument(this.uri);
  }

  dispose(): void {
    clearTimeout(this.timer);
    vscode.Disposable.from(...this.watched, this.changed).dispose();
  }

  private schedule(file: vscode.Uri): void {
    if (file.toString() !== this.uri.toString()) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.changed.fire(), DEBOUNCE);
  }

  private openDocument(): vscode.TextDocument | undefined {
    return vscode.workspace.textDocuments.find(({ uri, isClosed }) => !isClosed && uri.toString() === this.uri.toString());
  }

  private async readDisk(): Promise<string | undefined> {
    try {
      return new TextDecoder().decode(await vscode.workspace.fs.readFile(this.uri));
    } catch (error) {
      if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') return undefined;
      throw error;
    }
  }
}

/** VS Code does not tell why; it has shown other causes than this one itself. */
function notSaved(file: string): UserError {
  return new UserError(vscode.l10n.t('It could not be saved, so nothing was changed'), { file, hint: vscode.l10n.t('The setting files.readonlyInclude may make it read-only') });
}

function notCurrent(file: string): UserError {
  return new UserError(vscode.l10n.t('It could not be changed: its editor shows another text than the disk has'), { file, hint: vscode.l10n.t('Close the editor, or save as UTF-8 there, and try again') });
}
