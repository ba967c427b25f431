import type { LinkedView, PictureFormat, ToGraph } from '../../webview/protocol';

export type Highlight = Extract<ToGraph, { type: 'highlight' }>;

export interface Picture {
  readonly bytes: Uint8Array;
  /** What the user should know of it. */
  readonly note?: string;
}

/** One graph editor, as its document and the commands see it. */
export interface Editor {
  /** Whether its tab is in front; an editor behind another hears nothing. */
  readonly isVisible: boolean;
  post(message: ToGraph): void;
  /** Sends everything anew. */
  start(): void;
  /** What the editor shows, as a file. */
  picture(format: PictureFormat): Promise<Picture>;
}

/**
 * The graph editors of one model. While models are compared, one of them is pinned to the opened model, and all keep their
 * views in step.
 */
export class Editors {
  private readonly all = new Set<Editor>();
  private pinned: Editor | undefined;
  /** Where the editors look while they are compared. */
  private view: LinkedView | undefined;
  private focused: Editor | undefined;
  private lit: Highlight | undefined;

  /** The editor last focused. */
  get active(): Editor | undefined {
    return this.focused ?? [...this.all].at(-1);
  }

  get isComparing(): boolean {
    return this.pinned !== undefined;
  }

  isPinned(editor: Editor): boolean {
    return editor === this.pinned;
  }

  /** Pins an editor to the opened model; from now on the others and it look at the same part. */
  pin(editor: Editor): void {
    this.pinned = editor;
    editor.start();
    for (const other of this.all) if (other !== editor) this.link(other);
  }

  /** An editor that can be seen beside `editor`. */
  beside(editor: Editor | undefined): Editor | undefined {
    return [...this.all].find((other) => other !== editor && other.isVisible);
  }

  focus(editor: Editor): void {
    this.focused = editor;
  }

  add(editor: Editor): void {
    this.all.add(editor);
  }

  /** Comparing ends with the pinned editor, or when it is the only one left; it then is an editor like others. */
  remove(editor: Editor): void {
    this.all.delete(editor);
    if (this.focused === editor) this.focused = undefined;
    const { pinned } = this;
    if (pinned === undefined || (pinned !== editor && this.all.size > 1)) return;
    this.pinned = this.view = undefined;
    for (const other of this.all) other.post({ type: 'link', on: false });
    if (pinned !== editor) pinned.start();
  }

  /** Lights up ops in all editors, and in those that start later. */
  highlight(lit: Highlight | undefined): void {
    if (lit === undefined && this.lit === undefined) return;
    this.lit = lit;
    for (const editor of this.all) editor.post(lit ?? { type: 'highlight', label: '' });
  }

  /** Tells an editor that starts what is lit up, and where the others look. */
  welcome(editor: Editor): void {
    if (this.lit !== undefined) editor.post(this.lit);
    this.link(editor);
  }

  /** Tells an editor that starts to be compared where the others look. */
  private link(editor: Editor): void {
    if (!this.isComparing) return;
    if (this.view !== undefined) editor.post({ type: 'follow', view: this.view });
    editor.post({ type: 'link', on: true });
  }

  /** The user of `editor` looks elsewhere: the others follow. */
  moved(editor: Editor, view: LinkedView): void {
    if (!this.isComparing) return;
    this.view = view;
    for (const other of this.all) if (other !== editor) other.post({ type: 'follow', view });
  }
}
