import type { EdgeMark, GraphView, NodeDetails } from '../protocol';
import type { DetailsPanel } from './details';
import type { GraphCanvas, Selected } from './graphCanvas';
import type { Host } from './host';
import { describeMark } from './marks';
import { extreme, neighbour, type Direction } from './navigate';
import { NAMES } from './precision';
import type { Scene } from './scene';
import type { Stage } from './stage';

/** What is on view, as far as it is there. */
export interface View {
  readonly graph: GraphView | undefined;
  readonly shown: number;
  readonly scene: Scene | undefined;
}

export interface SelectionParts {
  readonly host: Host;
  readonly canvas: GraphCanvas;
  readonly panel: DetailsPanel;
  readonly stage: Stage;
  readonly view: () => View;
  readonly changed: () => void;
}

/** What is selected: keeps host, picture, panel and screen reader at one. */
export class Selection {
  /** Of a node of the picture, or of the Cast, Quantize or Dequantize of a mark. */
  id: string | undefined;
  /** Details of the selection have arrived. */
  private detailed = false;

  constructor(private readonly parts: SelectionParts) {}

  select(id: string | undefined): void {
    const { host, view, changed } = this.parts;
    this.set(id);
    host.send({ type: 'select', id, snapshot: view().shown });
    changed();
  }

  /** Comes into view and takes the focus. */
  goTo(id: string | undefined): void {
    if (id === undefined) return;
    this.parts.canvas.reveal(this.targetOf(id));
    this.select(id);
    this.parts.stage.element.focus();
  }

  /** The host's selection, from a command or another editor of the model: comes into view without taking the focus. */
  follow(id: string | undefined): void {
    if (id === this.id) return;
    if (id !== undefined) this.parts.canvas.reveal(this.targetOf(id));
    this.set(id);
  }

  /** Forgets what was selected in another graph. */
  clear(): void {
    this.id = undefined;
    this.detailed = false;
  }

  /** Once a graph is drawn: selects again what was selected before, if it is there. */
  restore(): void {
    const { id } = this;
    const { node } = this.targetOf(id);
    if (node !== undefined || this.markOf(id) !== undefined) {
      this.select(id);
      return;
    }
    this.clear();
    this.showPanel();
  }

  move(direction: Direction): void {
    const { graph, scene } = this.parts.view();
    if (!graph || !scene) return;
    const { node } = this.targetOf(this.id);
    const mark = this.markOf(this.id);
    if (node !== undefined) this.goToNode(neighbour(scene, node, direction));
    else if (mark) this.goToNode(graph.edges[mark.edge]![direction === 'up' || direction === 'left' ? 'source' : 'target']);
    else this.goToExtreme('first');
  }

  goToExtreme(end: 'first' | 'last'): void {
    const { scene } = this.parts.view();
    if (scene) this.goToNode(extreme(scene, end));
  }

  goToNode(node: number | undefined): void {
    if (node !== undefined) this.goTo(this.parts.view().graph?.nodes[node]?.id);
  }

  showDetails(details: NodeDetails): void {
    if (this.id !== details.id) return;
    this.detailed = true;
    this.parts.panel.showNode(details);
  }

  /** The model, or what is known of the selection; details of the step before stay until those of this step arrive. */
  showPanel(): void {
    const { panel, view } = this.parts;
    const { graph, shown } = view();
    if (!graph || this.detailed) return;
    const { node } = this.targetOf(this.id);
    if (node !== undefined) panel.showHead(graph.nodes[node]!, graph.snapshots[shown]!.precision[node]);
    else if (this.id === undefined) panel.showModel(graph, shown);
  }

  private set(id: string | undefined): void {
    const { canvas, stage } = this.parts;
    if (this.id !== id) this.detailed = false;
    this.id = id;
    canvas.select(this.targetOf(id));
    const text = this.describe();
    if (text !== undefined) stage.setActive(text);
    this.showPanel();
  }

  private describe(): string | undefined {
    const { graph, shown } = this.parts.view();
    const { node } = this.targetOf(this.id);
    if (!graph || node === undefined) {
      const mark = this.markOf(this.id);
      return mark && describeMark(mark);
    }
    const { op, name } = graph.nodes[node]!;
    const precision = graph.snapshots[shown]!.precision[node];
    return `${op}, ${precision === undefined ? 'removed' : NAMES[precision]}, ${name}`;
  }

  private targetOf(id: string | undefined): Selected {
    if (id === undefined) return {};
    const node = this.parts.view().scene?.indexOf.get(id);
    return node === undefined ? { boundary: id } : { node };
  }

  private markOf(id: string | undefined): EdgeMark | undefined {
    const { graph, shown } = this.parts.view();
    return id === undefined ? undefined : graph?.snapshots[shown]?.marks.find(({ nodes }) => nodes.includes(id));
  }
}
