import { textAt } from '../tables';
import type { GraphCanvas } from './canvas/graphCanvas';
import { castsInOrder } from './castOrder';
import type { Expansion } from './expansion';
import type { KeyActions } from './keyMap';
import { neighboursOf, type Neighbours } from './neighbours';
import type { Picture } from './layout/picture';
import type { SearchBox } from './search/searchBox';
import type { Selection } from './selection';
import type { Timeline } from './timeline';
import type { View } from './view';

export interface KeyParts {
  readonly view: () => View | undefined;
  readonly expansion: () => Expansion | undefined;
  readonly selection: Selection;
  readonly canvas: GraphCanvas;
  readonly timeline: Timeline;
  readonly search: SearchBox;
  readonly focusDetails: () => void;
  readonly toggleGhosts: () => void;
  readonly showSnapshot: (snapshot: number) => void;
  readonly copy: (text: string) => void;
  readonly help: () => void;
}

/** What the keys of the graph do. Without a graph they do nothing. */
export function keyActions(parts: KeyParts): KeyActions {
  const { selection, canvas, timeline, search } = parts;
  const { camera } = canvas;
  let known: { readonly of: Picture; readonly neighbours: Neighbours } | undefined;
  const neighbours = ({ picture, tables }: View): Neighbours => {
    if (known?.of !== picture) known = { of: picture, neighbours: neighboursOf(picture, tables.edges) };
    return known.neighbours;
  };
  const whenOpen = <A extends readonly unknown[]>(act: (view: View, ...args: A) => unknown) => (...args: A): void => {
    const view = parts.view();
    if (view) void act(view, ...args);
  };

  const goToItem = ({ picture }: View, item: number | undefined): unknown => {
    if (item === undefined) return undefined;
    const of = picture.items.of[item]!;
    return selection.goTo(of < 0 ? { group: ~of } : { node: of });
  };
  /** The card that shows the selection: an expanded group has none. */
  const selectedItem = (view: View): number | undefined => {
    const { node, group } = selection.selected;
    if (node !== undefined) return view.picture.itemOf[node];
    return group === undefined || view.expanded[group] === 1 ? undefined : view.picture.itemOf[view.groups.order[view.groups.first[group]!]!];
  };
  /** The innermost expanded group around the selection. */
  const enclosing = ({ groups, expanded }: View): number | undefined => {
    const { node, group } = selection.selected;
    if (group !== undefined && expanded[group] === 1) return group;
    let around = node !== undefined ? groups.groupOf[node]! : group !== undefined ? groups.parent[group]! : -1;
    while (around > 0 && expanded[around] !== 1) around = groups.parent[around]!;
    return around > 0 ? around : undefined;
  };

  return {
    move: whenOpen((view, direction) => {
      const item = selectedItem(view);
      if (item !== undefined) return goToItem(view, neighbours(view).next(item, direction));
      const { boundary, group } = selection.selected;
      const mark = boundary === undefined ? undefined : view.moment.marks.find(({ ids }) => ids.includes(boundary));
      const { source, target } = view.tables.edges;
      if (mark) return selection.goTo({ node: (direction === 'up' || direction === 'left' ? source : target)[mark.edge]! });
      // Into an expanded group: to what comes first or last in it.
      if (group !== undefined) return selection.goTo({ node: view.groups.order[direction === 'up' ? view.groups.end[group]! - 1 : view.groups.first[group]!]! });
      return goToItem(view, neighbours(view).extreme('first'));
    }),
    extreme: whenOpen((view, end) => goToItem(view, neighbours(view).extreme(end))),
    enter: whenOpen(({ expanded }) => {
      const { node, group, boundary } = selection.selected;
      if (group !== undefined && expanded[group] === 0) return parts.expansion()?.toggle(group);
      if (node !== undefined || boundary !== undefined || group !== undefined) parts.focusDetails();
      return undefined;
    }),
    escape: () => {
      if (!search.clear()) selection.select({});
    },
    toggleGroup: whenOpen(() => {
      const { group } = selection.selected;
      return group === undefined ? undefined : parts.expansion()?.toggle(group);
    }),
    collapseEnclosing: whenOpen(async (view) => {
      const group = enclosing(view);
      if (group === undefined) return;
      await parts.expansion()?.toggle(group);
      selection.select({ group });
    }),
    expandCasts: whenOpen(({ moment, picture, tables }) => parts.expansion()?.expandEdges(moment.marks.filter(({ kind, folded }) => kind === 'cast' && !folded).map(({ edge }) => edge), picture, tables.edges.target)),
    collapseAll: () => void parts.expansion()?.collapseAll(),
    castBy: whenOpen((view, by) => {
      const casts = castsInOrder(view);
      if (casts.length === 0) return undefined;
      const { boundary } = selection.selected;
      const at = boundary === undefined ? -1 : casts.indexOf(boundary);
      const next = at < 0 ? (by > 0 ? 0 : casts.length - 1) : (at + by + casts.length) % casts.length;
      return selection.goTo({ boundary: casts[next]! });
    }),
    makingChange: () => {
      const { node, boundary } = selection.selected;
      const target = boundary ?? node;
      if (target !== undefined) timeline.jumpTo(target);
    },
    changeBy: (by) => timeline.stepBy(by),
    play: () => timeline.playPause(),
    stepBy: whenOpen(({ tables, moment }, by) => {
      const next = moment.position.snapshot + by;
      if (tables.snapshots[next]) parts.showSnapshot(next);
    }),
    search: () => search.open(),
    resultBy: (by) => search.step(by),
    ghosts: parts.toggleGhosts,
    fit: whenOpen(() => camera.fit()),
    zoom: (factor) => camera.zoomBy(factor),
    actualSize: () => camera.zoomBy(1 / camera.viewport().zoom),
    copyName: whenOpen(({ tables, groups }) => {
      const { node, group, boundary } = selection.selected;
      const name = node !== undefined ? textAt(tables.nodes.names, node) : group !== undefined ? groups.paths[group] : boundary;
      if (name) parts.copy(name);
    }),
    help: parts.help,
  };
}
