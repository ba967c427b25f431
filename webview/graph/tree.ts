import { PRECISIONS } from '../tables';
import { t } from '../l10n';
import { describeBoundary, describeMark, describeNode } from './describe';
import { h } from './dom';
import { repeatCount } from './layout/expansion';
import { GROUP_KINDS } from './layout/picture';
import { NAMES } from './precision';
import { edgeCounts, rowsAround, type Row, type TreeTarget, type TreeView } from './treeRows';

/**
 * The graph as screen readers know it: a tree of groups, ops and the Casts before them, beside the canvas. Only what is around
 * the active item is in the document; `aria-level`, `aria-posinset` and `aria-setsize` say where that is.
 */
export interface Tree {
  /** Takes the focus; its active item moves without it. */
  readonly element: HTMLElement;
  update(view: TreeView): void;
  setActive(target: TreeTarget | undefined): void;
}

/** `press`: a screen reader's own command to activate an item. */
export function createTree(press: (target: TreeTarget) => void): Tree {
  let view: TreeView | undefined;
  let active: TreeTarget | undefined;
  const items = h('div', { class: 'unseen', role: 'presentation' });
  const element = h('div', { class: 'stage', tabindex: '0', role: 'tree', 'aria-label': t('Graph') }, items);

  const render = (): void => {
    if (!view || view.tables.nodes.count === 0) return;
    const rows = rowsAround(view, active);
    items.replaceChildren(...rows.map((row, index) => itemOf(view!, row, idOf(rows, index), () => press(row.target))));
    const here = rows.findIndex(({ isActive }) => isActive);
    if (here < 0) element.removeAttribute('aria-activedescendant');
    else element.setAttribute('aria-activedescendant', idOf(rows, here));
  };
  return {
    element,
    update(next) {
      if (view?.tables.nodes !== next.tables.nodes) active = undefined;
      view = next;
      render();
    },
    setActive(target) {
      active = target;
      render();
    },
  };
}

function itemOf(view: TreeView, row: Row, id: string, press: () => void): HTMLElement {
  const item = h('div', {
    id,
    role: 'treeitem',
    'aria-level': String(row.level),
    'aria-posinset': String(row.position),
    'aria-setsize': String(row.size),
    'aria-selected': String(row.isActive),
    onclick: press,
  }, describe(view, row));
  if ('group' in row.target) item.setAttribute('aria-expanded', String(view.expanded[row.target.group] === 1));
  return item;
}

/** The same for the same thing, so that a screen reader is told of a move only where there is one. */
function idOf(rows: readonly Row[], index: number): string {
  const { target, position } = rows[index]!;
  if ('group' in target) return `tree-group-${target.group}`;
  if ('node' in target) return `tree-node-${target.node}`;
  const reader = rows[index - position]!.target;
  return `tree-node-${'node' in reader ? reader.node : ''}-boundary-${position}`;
}

/**
 * `MatMul, BF16, encoder/layer_0/attention/query, 2 edges in, 1 edge out, F to B Cast before it`;
 * `Group layer_0 … layer_11, 12 times, 480 ops, 300 BF16, 180 FP32, 24 Casts`.
 */
function describe(view: TreeView, { target, marks, boundary }: Row): string {
  if (boundary) return describeBoundary(view.tables, boundary);
  if ('group' in target) return describeGroup(view, target.group);
  if (!('node' in target)) return '';
  const { into, outOf } = edgeCounts(view.tables);
  const standing = marks.filter(({ folded }) => !folded).map(describeMark);
  return [
    describeNode(view.tables, view.moment, target.node),
    counted(into[target.node]!, t('1 edge in'), t('{0} edges in', into[target.node]!)),
    counted(outOf[target.node]!, t('1 edge out'), t('{0} edges out', outOf[target.node]!)),
    ...[...new Set(standing)].map((mark) => t('{0} before it', mark)),
  ].join(', ');
}

function describeGroup({ groups, mixOf }: TreeView, group: number): string {
  const { counts, nodes, casts } = mixOf(group);
  return [
    t('Group {0}', groups.labels[group]!),
    ...(GROUP_KINDS[groups.kind[group]!] === 'repeat' ? [t('{0} times', repeatCount(groups, group))] : []),
    counted(nodes, t('1 op'), t('{0} ops', nodes)),
    ...PRECISIONS.flatMap((precision, way) => (counts[way]! > 0 ? [`${counts[way]} ${NAMES[precision]}`] : [])),
    counted(casts, t('1 Cast'), t('{0} Casts', casts)),
  ].join(', ');
}

function counted(count: number, one: string, many: string): string {
  return count === 1 ? one : many;
}
