import type { NodeDetails, OpError } from '../protocol';
import { nodeId, nodeOfId, PRECISIONS, textAt } from '../tables';
import type { GraphCanvas } from './canvas/graphCanvas';
import type { Selected } from './canvas/lights';
import { opAt } from './describe';
import type { DetailsPanel } from './details';
import type { Host, Persisted } from './host';
import type { Stage } from './stage';
import type { TreeTarget } from './treeRows';
import type { View } from './view';

export interface SelectionParts {
  readonly host: Host;
  readonly canvas: GraphCanvas;
  readonly panel: DetailsPanel;
  readonly stage: Stage;
  /** Undefined while there is no graph. */
  readonly view: () => View | undefined;
  /** Expands the groups around a node. */
  readonly expandTo: (node: number) => Promise<void>;
  readonly changed: () => void;
}

/** What is selected: a node, a group, or a Cast, Quantize or Dequantize. Keeps host, picture, panel and screen reader at one. */
export class Selection {
  private current: Selected = {};
  /** Details of the selection have arrived. */
  private detailed = false;
  /** What the host had selected before there was a graph. */
  private awaited: string | undefined;

  constructor(private readonly parts: SelectionParts) {}

  get selected(): Selected {
    return this.current;
  }

  /** Name for the host, which knows nodes and boundaries; undefined for groups. */
  get id(): string | undefined {
    const { node, boundary } = this.current;
    const view = this.parts.view();
    return node === undefined || !view ? boundary : nodeId(view.tables.nodes, node);
  }

  select(selected: Selected): void {
    const { host, view, changed } = this.parts;
    this.set(selected);
    host.send({ type: 'select', id: this.id, snapshot: view()?.moment.position.snapshot ?? 0 });
    changed();
  }

  /** Takes the focus and comes into view, out of any collapsed group. */
  async goTo(selected: Selected): Promise<void> {
    this.select(selected);
    this.parts.stage.element.focus({ preventScroll: true });
    await this.show(selected);
  }

  goToId(id: string | undefined): Promise<void> {
    return id === undefined ? Promise.resolve() : this.goTo(this.ofId(id));
  }

  /** The host's selection, from a command or another editor of the model: comes into view without taking the focus. */
  async follow(id: string | undefined): Promise<void> {
    if (!this.parts.view()) this.awaited = id;
    if (!this.parts.view() || id === this.id) return;
    const selected = id === undefined ? {} : this.ofId(id);
    this.set(selected);
    await this.show(selected);
  }

  /** Forgets what was selected in another graph. */
  clear(): void {
    this.current = {};
    this.detailed = false;
  }

  /** Once a graph is drawn: selects again what was selected before, if it is there. */
  restore(kept: Pick<Persisted, 'selected' | 'selectedGroup'> | undefined): void {
    const view = this.parts.view()!;
    const id = this.awaited ?? kept?.selected;
    this.awaited = undefined;
    const group = kept?.selectedGroup === undefined || id !== undefined ? -1 : view.groups.keys.indexOf(kept.selectedGroup);
    const selected: Selected = group >= 0 ? { group } : id === undefined ? {} : this.ofId(id);
    const { boundary } = selected;
    const isThere = boundary === undefined ? Object.keys(selected).length > 0 : view.moment.marks.some(({ ids }) => ids.includes(boundary));
    if (isThere) this.select(selected);
    else this.showPanel();
  }

  showDetails(details: NodeDetails, errors: readonly OpError[]): void {
    if (this.id !== details.id) return;
    this.detailed = true;
    this.parts.panel.showNode(details, errors);
  }

  /** The model, or what is known of the selection; details of another moment stay until those of this one arrive. */
  showPanel(): void {
    const { panel, view: viewNow } = this.parts;
    const view = viewNow();
    const { node, group, boundary } = this.current;
    if (!view) return;
    const { tables, groups, moment, expanded } = view;
    if (group !== undefined) panel.showGroup(tables, groups, moment, group, expanded[group] === 1);
    else if (this.detailed) return;
    else if (node !== undefined) panel.showHead({ op: opAt(tables.nodes, moment, node), name: textAt(tables.nodes.names, node) }, PRECISIONS[moment.precision[node]!]);
    else if (boundary === undefined) panel.showModel(tables, moment.position.snapshot);
  }

  ofId(id: string): Selected {
    const view = this.parts.view();
    const node = view ? nodeOfId(view.tables, id) : -1;
    return node < 0 ? { boundary: id } : { node };
  }

  private async show(selected: Selected): Promise<void> {
    const { view: viewNow, canvas, expandTo } = this.parts;
    const view = viewNow();
    if (!view) return;
    const { boundary } = selected;
    const edge = boundary === undefined ? undefined : view.moment.marks.find(({ ids }) => ids.includes(boundary))?.edge;
    const node = selected.node ?? (edge === undefined ? undefined : view.tables.edges.target[edge]);
    if (node !== undefined) await expandTo(node);
    canvas.reveal(selected);
  }

  private set(selected: Selected): void {
    const { canvas, stage } = this.parts;
    if (!isSame(this.current, selected)) this.detailed = false;
    this.current = selected;
    canvas.select(selected);
    stage.tree.setActive(targetOf(selected));
    this.showPanel();
  }
}

function isSame(a: Selected, b: Selected): boolean {
  return a.node === b.node && a.group === b.group && a.boundary === b.boundary;
}

function targetOf({ node, group, boundary }: Selected): TreeTarget | undefined {
  if (node !== undefined) return { node };
  if (group !== undefined) return { group };
  return boundary === undefined ? undefined : { boundary };
}
