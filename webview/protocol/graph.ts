import type { NodeDetails } from './details';
import type { GraphTables, SnapshotTables } from './pictureTables';

/** How far the model's output is off where one op alone is at a lower precision: signal over error in dB, Infinity for no error. */
export interface OpError {
  readonly precision: 'int8' | 'bf16';
  readonly decibels: number;
}

/** Of ops of the picture whose error alone was measured: nodes, and dB at the lowest precision each can have. */
export interface SensitivityTable {
  readonly nodes: Int32Array;
  readonly decibels: Float64Array;
}

/** What runs now, shown in the phase bar. */
export interface RunningView {
  readonly title: string;
  readonly message: string;
  readonly fraction?: number;
}

/** What two editors of one model that are compared keep in step, besides the selection. */
export interface LinkedView {
  readonly zoom: number;
  /** Centre of the view, in pixels of the picture. */
  readonly x: number;
  readonly y: number;
  /** Keys of the expanded groups. */
  readonly expanded: readonly string[];
}

export type PictureFormat = 'png' | 'svg' | 'json';

/** What the commands of the palette and of the editor's title do with the view. */
export type ViewAction = 'collapseAll' | 'expandAllCasts' | 'find' | 'fit' | 'play';

/**
 * What the page writes to `data-vscode-context` under the pointer, beside `preventDefaultContextMenuItems: true`; commands of
 * the context menu are called with it. `id` is that of a node, or of a boundary node of a Cast's mark.
 */
export type ContextTarget =
  | { readonly mixedPrecisionTarget: 'node'; readonly id: string }
  | { readonly mixedPrecisionTarget: 'cast'; readonly id: string }
  /** `groups`: scope paths of what the group holds: one, or those of the repeated siblings. */
  | { readonly mixedPrecisionTarget: 'group'; readonly groups: readonly string[] }
  | { readonly mixedPrecisionTarget: 'canvas' };

/** Host to graph view. */
export type ToGraph =
  /** `pinned`: this editor shows the opened model beside another that shows the phases; it has no phases to run. */
  | { readonly type: 'graph'; readonly graph: GraphTables; readonly shown: number; readonly pinned?: boolean }
  /** While `on`, the view tells with `moved` where it is: at once if it is not pinned, and whenever its user moves it. */
  | { readonly type: 'link'; readonly on: boolean }
  /** Go there without answering `moved`. */
  | { readonly type: 'follow'; readonly view: LinkedView }
  | { readonly type: 'view'; readonly action: ViewAction }
  /** To be answered with `exported` or `exportFailed`. */
  | { readonly type: 'export'; readonly format: PictureFormat }
  /** The first `keep` snapshots stay, the others are replaced by those added. */
  | { readonly type: 'snapshots'; readonly keep: number; readonly added: readonly SnapshotTables[]; readonly shown: number }
  /** `errors`: of the node alone, where they were measured. */
  | { readonly type: 'details'; readonly details: NodeDetails; readonly errors?: readonly OpError[] }
  /** Colours the ops by how sensitive they are, now or as soon as that is known. */
  | { readonly type: 'showSensitivity' }
  /** Colours the ops where that is on; undefined: nothing is known any more. */
  | { readonly type: 'sensitivity'; readonly table: SensitivityTable | undefined }
  | { readonly type: 'running'; readonly running: RunningView | undefined }
  /** Lights up some nodes and dims the others, as a filter of the panel or a click in it asks; without nodes it ends. */
  | { readonly type: 'highlight'; readonly nodes?: Int32Array; readonly label: string }
  /** Without an id when what was selected is gone. */
  | { readonly type: 'select'; readonly id?: string }
  | { readonly type: 'error'; readonly message: string };

/** Graph view to host. */
export type FromGraph =
  | { readonly type: 'ready' }
  | { readonly type: 'select'; readonly id: string | undefined; readonly snapshot: number }
  | { readonly type: 'showSnapshot'; readonly snapshot: number }
  | { readonly type: 'command'; readonly command: 'runNextPhase' | 'runAllPhases' | 'stepBack' | 'reset' | 'save' | 'cancel' | 'openConfig' }
  | { readonly type: 'openConfigKey'; readonly key: string }
  | { readonly type: 'moved'; readonly view: LinkedView }
  /** `note`: what the user should know of it, such as a scale smaller than asked for. */
  | { readonly type: 'exported'; readonly format: PictureFormat; readonly bytes: Uint8Array; readonly note?: string }
  | { readonly type: 'exportFailed'; readonly message: string }
  /** To the clipboard. */
  | { readonly type: 'copy'; readonly text: string };
