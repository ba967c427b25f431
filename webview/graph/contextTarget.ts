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
    const scopes = group === undefined ? [] : scopesOf(group);
    return scopes.length === 0 ? { mixedPrecisionTarget: 'canvas' } : { mixedPrecisionTarget: 'group', groups: scopes };
  }

  /** Paths of the scopes a group stands for: its own, or those of repeated siblings. A range has no names of its own. */
  function scopesOf(start: number): string[] {
    const scopes: string[] = [];
    const open = [start];
    for (let group = open.pop(); group !== undefined; group = open.pop()) {
      const kind = GROUP_KINDS[groups.kind[group]!];
      if (kind === 'scope' && groups.paths[group] !== '') scopes.push(groups.paths[group]!);
      else if (kind === 'repeat') open.push(...[...listAt(groups.members, group)].filter((member) => member < 0).map((member) => ~member));
    }
    return scopes;
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
