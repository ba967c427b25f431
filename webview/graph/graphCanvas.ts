import cytoscape, { type Core, type ElementDefinition, type NodeSingular } from 'cytoscape';
import type { EdgeMark, SnapshotView } from '../protocol';
import type { Find, Rectangle, Visible } from './bands';
import { ANCHORS, boxElements, boxId, edgeClasses, edgeElement, edgeId, markElement, nameElement, nameId, nodeClasses, nodeElement, nodeId } from './elements';
import { MOST_ELEMENTS } from './limits';
import { describeMark, placeMarks, type PlacedMark } from './marks';
import { clearCanvas, drawOverview } from './overview';
import type { Scene } from './scene';
import { stylesheet } from './styles';
import type { Theme } from './theme';

/** Below this zoom names and labels of boxes could not be read. */
const TEXT_ZOOM = 0.5;
const MAX_ZOOM = 3;

export interface CanvasEvents {
  selectNode(node: number | undefined): void;
  selectMark(mark: EdgeMark): void;
  /** The part of the picture on the screen changed. */
  viewport(area: Rectangle): void;
  hover(text: string): void;
}

interface Shown {
  readonly scene: Scene;
  readonly find: Find;
  snapshot: SnapshotView;
  marks: readonly PlacedMark[];
  marksOfEdge: ReadonlyMap<number, readonly PlacedMark[]>;
}

/**
 * The picture of the graph. Cytoscape holds only what stands in or near the view; where that would be too much, a plain canvas
 * below shows everything without text.
 */
export class GraphCanvas {
  private readonly cy: Core;
  private shown: Shown | undefined;
  private selected: { readonly node?: number; readonly mark?: EdgeMark } = {};
  private ghosts = true;
  private loaded: (Rectangle & { readonly text: boolean }) | undefined;
  private frame = 0;

  constructor(container: HTMLElement, private readonly far: HTMLCanvasElement, private theme: Theme, private readonly events: CanvasEvents) {
    this.cy = cytoscape({
      container,
      style: stylesheet(theme),
      maxZoom: MAX_ZOOM,
      autoungrabify: true,
      autounselectify: true,
      boxSelectionEnabled: false,
      userZoomingEnabled: false,
    });
    this.cy.add([...ANCHORS]);
    this.cy.on('viewport resize', () => this.schedule());
    this.cy.on('tap', (event) => event.target === this.cy && events.selectNode(undefined));
    this.cy.on('tap', '.op', (event) => events.selectNode(indexIn(event.target.id())));
    this.cy.on('tap', '.mark', (event) => events.selectMark(this.markOf(event.target.id())));
    this.cy.on('mouseover', '.op, .mark', (event) => {
      event.target.addClass('hover');
      events.hover(this.describe(event.target));
    });
    this.cy.on('mouseout', '.op, .mark', (event) => {
      event.target.removeClass('hover');
      events.hover('');
    });
  }

  show(scene: Scene, find: Find, snapshot: SnapshotView): void {
    this.shown = { scene, find, snapshot, marks: [], marksOfEdge: new Map() };
    this.selected = {};
    this.clear();
    this.cy.minZoom(this.fitZoom() / 2);
    this.setMarks();
    this.schedule();
  }

  /** Colours and marks of another snapshot; nothing moves. */
  setSnapshot(snapshot: SnapshotView): void {
    if (!this.shown) return;
    this.shown.snapshot = snapshot;
    this.setMarks();
    const { scene } = this.shown;
    this.cy.batch(() => {
      this.cy.remove('.mark');
      for (const element of this.cy.elements('.op').toArray()) {
        const node = indexIn(element.id());
        element.classes(nodeClasses(scene, snapshot, node));
        element.data('label', nodeElement(scene, snapshot, node).data.label);
      }
      for (const element of this.cy.edges().toArray()) element.classes(edgeClasses(scene, snapshot, indexIn(element.id())));
    });
    this.lightUp();
    this.refill();
  }

  setGhosts(ghosts: boolean): void {
    this.ghosts = ghosts;
    if (!this.shown) return;
    this.setMarks();
    this.cy.remove('.mark');
    this.refill();
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    this.cy.style(stylesheet(theme));
    this.refill();
  }

  /** Lights up a node and its edges, or a mark and its edge. */
  select(selected: { readonly node?: number; readonly mark?: EdgeMark }): void {
    this.selected = selected;
    this.lightUp();
  }

  reveal(node: number): void {
    if (!this.shown) return;
    const { layout, widths } = this.shown.scene;
    const area = this.area();
    const [x, y] = [layout.x[node]!, layout.y[node]!];
    const inside = x - widths[node]! / 2 > area.left && x + widths[node]! / 2 < area.right && y - 40 > area.top && y + 40 < area.bottom;
    if (inside && this.cy.zoom() >= TEXT_ZOOM) return;
    if (this.cy.zoom() < TEXT_ZOOM) this.cy.zoom(1);
    this.centre(x, y);
  }

  centre(x: number, y: number): void {
    const zoom = this.cy.zoom();
    this.panTo(this.cy.width() / 2 - x * zoom, this.cy.height() / 2 - y * zoom);
  }

  fit(): void {
    if (!this.shown) return;
    const { width, height } = this.shown.scene.layout;
    this.cy.zoom(this.fitZoom());
    this.centre(width / 2, height / 2);
  }

  /** First sight of a graph: readable, from its top. */
  start(): void {
    if (!this.shown) return;
    const { layout, incoming } = this.shown.scene;
    this.cy.zoom(1);
    let first = 0;
    for (let node = 1; node < layout.y.length; node++) if (incoming[node]!.length === 0 && layout.y[node]! < layout.y[first]!) first = node;
    const width = layout.width * this.cy.zoom();
    const x = width + 48 <= this.cy.width() ? layout.width / 2 : (layout.x[first] ?? 0);
    this.panTo(this.cy.width() / 2 - x * this.cy.zoom(), 24);
  }

  zoomBy(factor: number, at = { x: this.cy.width() / 2, y: this.cy.height() / 2 }): void {
    this.cy.zoom({ level: this.cy.zoom() * factor, renderedPosition: at });
  }

  panBy(x: number, y: number): void {
    this.cy.panBy({ x, y });
  }

  viewport(): { zoom: number; x: number; y: number } {
    return { zoom: this.cy.zoom(), ...this.cy.pan() };
  }

  setViewport({ zoom, x, y }: { zoom: number; x: number; y: number }): void {
    this.cy.viewport({ zoom, pan: { x, y } });
  }

  resize(): void {
    this.cy.resize();
    if (this.shown) this.cy.minZoom(this.fitZoom() / 2);
    this.schedule();
  }

  private fitZoom(): number {
    const { width, height } = this.shown!.scene.layout;
    return Math.min(1, (this.cy.width() - 48) / Math.max(1, width), (this.cy.height() - 48) / Math.max(1, height));
  }

  private panTo(x: number, y: number): void {
    this.cy.pan({ x: Math.round(x), y: Math.round(y) });
  }

  private area(): Rectangle {
    const { x1, y1, x2, y2 } = this.cy.extent();
    return { left: x1, top: y1, right: x2, bottom: y2 };
  }

  private schedule(): void {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.load();
    });
  }

  private refill(): void {
    this.loaded = undefined;
    this.schedule();
  }

  private clear(): void {
    this.cy.remove(this.cy.elements().not('.anchor'));
    this.loaded = undefined;
  }

  private setMarks(): void {
    if (!this.shown) return;
    const wanted = this.shown.snapshot.marks.filter(({ state }) => this.ghosts || state === 'inserted');
    this.shown.marks = placeMarks(wanted, this.shown.scene.layout);
    const byEdge = new Map<number, PlacedMark[]>();
    for (const placed of this.shown.marks) byEdge.set(placed.mark.edge, [...(byEdge.get(placed.mark.edge) ?? []), placed]);
    this.shown.marksOfEdge = byEdge;
  }

  /** Fills cytoscape with what stands in the view and around it, if the view left what is loaded. */
  private load(): void {
    if (!this.shown) return;
    const area = this.area();
    const text = this.cy.zoom() >= TEXT_ZOOM;
    this.events.viewport(area);
    const before = this.loaded;
    const enough = before && before.text === text && area.left >= before.left && area.right <= before.right && area.top >= before.top && area.bottom <= before.bottom;
    const near = this.far.hidden;
    if (enough && near) return;
    for (const margin of [0.5, 0]) {
      const wide = grow(area, margin);
      const elements = this.elementsIn(this.shown.find(wide), text);
      if (elements === undefined) continue;
      this.far.hidden = true;
      this.loaded = { ...wide, text };
      this.replace(elements);
      return;
    }
    this.drawFar(area);
  }

  private elementsIn(visible: Visible, text: boolean): Map<string, () => ElementDefinition[]> | undefined {
    const { scene, snapshot, marksOfEdge } = this.shown!;
    const elements = new Map<string, () => ElementDefinition[]>();
    const marks = visible.edges.flatMap((edge) => marksOfEdge.get(edge) ?? []);
    const count = visible.nodes.length * (text ? 2 : 1) + visible.boxes.length * 2 + visible.edges.length + marks.length + ANCHORS.length;
    if (count > MOST_ELEMENTS) return undefined;
    for (const box of visible.boxes) elements.set(boxId(box), () => boxElements(scene, box));
    for (const edge of visible.edges) elements.set(edgeId(edge), () => [edgeElement(scene, snapshot, edge)]);
    for (const node of visible.nodes) {
      elements.set(nodeId(node), () => [nodeElement(scene, snapshot, node)]);
      if (text) elements.set(nameId(node), () => [nameElement(scene, node)]);
    }
    for (const placed of marks) elements.set(placed.id, () => [markElement(placed)]);
    return elements;
  }

  private replace(elements: Map<string, () => ElementDefinition[]>): void {
    this.cy.batch(() => {
      const old = this.cy.elements().filter((element) => !element.hasClass('anchor') && !elements.has(element.id().replace(/^label of /, '')));
      this.cy.remove(old);
      const missing = [...elements].filter(([id]) => this.cy.getElementById(id).empty());
      this.cy.add(missing.flatMap(([, make]) => make()));
    });
    this.lightUp();
  }

  private drawFar(area: Rectangle): void {
    const { scene, snapshot, find } = this.shown!;
    this.clear();
    this.far.hidden = false;
    const { context } = clearCanvas(this.far);
    const { zoom, x, y } = this.viewport();
    drawOverview(context, scene, snapshot, this.theme, find(area), { scaleX: zoom, scaleY: zoom, shiftX: x, shiftY: y });
  }

  private lightUp(): void {
    if (!this.shown) return;
    const { scene, marks } = this.shown;
    const { node, mark } = this.selected;
    const edges = node === undefined ? [] : [...scene.incoming[node]!, ...scene.outgoing[node]!];
    if (mark) edges.push(mark.edge);
    const chosen = node === undefined ? marks.find((placed) => placed.mark.edge === mark?.edge && placed.mark.kind === mark.kind)?.id : nodeId(node);
    this.cy.batch(() => {
      this.cy.elements('.selected').removeClass('selected');
      this.cy.elements('.near').removeClass('near');
      if (chosen !== undefined) this.cy.getElementById(chosen).addClass('selected');
      for (const edge of edges) this.cy.getElementById(edgeId(edge)).addClass('near');
    });
  }

  private markOf(id: string): EdgeMark {
    return this.shown!.marks.find((placed) => placed.id === id)!.mark;
  }

  private describe(element: NodeSingular): string {
    if (element.hasClass('op')) return this.shown!.scene.graph.nodes[indexIn(element.id())]!.name;
    return describeMark(this.markOf(element.id()));
  }
}

function indexIn(id: string): number {
  return Number(id.slice(id.indexOf(' ') + 1));
}

function grow({ left, top, right, bottom }: Rectangle, margin: number): Rectangle {
  const x = (right - left) * margin;
  const y = (bottom - top) * margin;
  return { left: left - x, right: right + x, top: top - y, bottom: bottom + y };
}
