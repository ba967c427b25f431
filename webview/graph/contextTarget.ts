import type { ContextTarget } from '../protocol';
import { listAt, nodeId } from '../tables';
import type { GraphCanvas } from './canvas/graphCanvas';
import type { Selected } from './canvas/lights';
import { GROUP_KINDS } from './layout/picture';
import type { Selection } from './selection';
import type { View } from './view';

const POINTER_BUTTON = 2;

/** What the native context menu is about, as VS Code reads it from `data-vscode-context`. */
export function contextOf({ tables, groups }: View, { node, group, boundary }: Selected): string {
  return JSON.stringify({ ...target(), preventDefaultContextMenuItems: true });

  function target(): ContextTarget {
    if (node !== undefined) return { mixedPrecisionTarget: 'node', id: nodeId(tables.nodes, node) };
    if (boundary !== undefined) return { mixedPrecisionTarget: 'cast', id: boundary };
    if (group === undefined || group === 0) return { mixedPrecisionTarget: 'canvas' };
    return { mixedPrecisionTarget: 'group', groups: pathsOf(group) };
  }

  /** A repeat stands for its members; a range has no scope of its own. */
  function pathsOf(group: number): string[] {
    if (GROUP_KINDS[groups.kind[group]!] !== 'repeat') return [groups.paths[group]!];
    return [...listAt(groups.members, group)].filter((member) => member < 0).map((member) => groups.paths[~member]!);
  }
}

/** Has the native menu open on what is under the pointer, which becomes the selection; from the keyboard, on the selection. */
export function followContextMenu(stage: HTMLElement, canvas: GraphCanvas, selection: Selection, viewNow: () => View | undefined): void {
  stage.addEventListener(
    'contextmenu',
    (event) => {
      const view = viewNow();
      if (!view) return;
      if (event.button === POINTER_BUTTON) {
        const { node, group, marks } = canvas.targetAt(event.clientX, event.clientY);
        selection.select(marks ? { boundary: marks[0]!.ids[0] } : group !== undefined ? { group } : node === undefined ? {} : { node });
      }
      stage.dataset['vscodeContext'] = contextOf(view, selection.selected);
    },
    // Before VS Code reads it.
    { capture: true },
  );
}
