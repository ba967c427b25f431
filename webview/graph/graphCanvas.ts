import cytoscape, { type Core, type EventObjectNode, type NodeSingular } from 'cytoscape';
import type { EdgeMark, SnapshotView } from '../protocol';
import type { Find, Rectangle } from './bands';
import { Camera, TEXT_ZOOM } from './camera';
import { ANCHORS, boxOf, edgeClasses, edgeId, indexIn, nodeClasses, nodeElement, nodeId } from './elements';
import { describeMark, groupByEdge, placeMarks, type PlacedMark } from './marks';
import { clearCanvas, drawOverview } from './overview';
import type { Scene } from './scene';
import { stylesheet } from './styles';
import type { Theme } from './theme';
import { windowElements, type WindowElements } from './windowElements';

export interface CanvasEvents {
  selectNode(node: number | undefined): void;
  selectMark(mark: EdgeMark): void;
  /** The part of the picture on the screen changed. */
  viewport(area: Rectangle): void;
  hover(text: string): void;
}

/** What is lit up: a node, or a Cast, Quantize or Dequantize by its id, on every edge it stands on. */
export interface Selected {
  readonly node?: number;
  readonly boundary?: string;
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
 * shows everything without text.
 */
export class GraphCanvas {
  readonly camera: Camera;
  private readonly cy: Core;
  private shown: Shown | undefined;
  private selected: Selected = {};
  private ghosts = true;
  private loaded: (Rectangle & { readonly text: boolean }) | undefined;
  private frame = 0;

  constructor(
    container: HTMLElement,
    private readonly far: HTMLCanvasElement,
    private theme: Theme,
    private readonly events: CanvasEvents,
  ) {
    this.cy = cytoscape({ container, style: stylesheet(theme), autoungrabify: true, autounselectify: true, boxSelectionEnabled: false, userZoomingEnabled: false });
    this.cy.add([...ANCHORS]);
    this.camera = new Camera(this.cy);
    this.cy.on('viewport resize', () => this.schedule());
    this.cy.on('tap', (event) => event.target === this.cy && events.selectNode(undefined));
    this.cy.on('tap', '.op', (event: EventObjectNode) => events.selectNode(indexIn(event.target.id())));
    this.cy.on('tap', '.mark', (event: EventObjectNode) => events.selectMark(this.markOf(event.target.id())));
    this.cy.on('mouseover', '.op, .mark', (event: EventObjectNode) => {
      event.target.addClass('hover');
      events.hover(this.describe(event.target));
    });
    this.cy.on('mouseout', '.op, .mark', (event: EventObjectNode) => {
      event.target.removeClass('hover');
      events.hover('');
    });
  }

  show(scene: Scene, find: Find, snapshot: SnapshotView): void {
    this.shown = { scene, find, snapshot, marks: [], marksOfEdge: new Map() };
    this.selected = {};
    this.clear();
    this.camera.setScene(scene);
    this.setMarks();
  }

  /** Colours and marks of another snapshot; nothing moves. */
  setSnapshot(snapshot: SnapshotView): void {
    if (!this.shown) return;
    const { scene } = this.shown;
    this.shown.snapshot = snapshot;
    this.cy.batch(() => {
      for (const element of this.cy.nodes('.op').toArray()) {
        const node = indexIn(element.id());
        element.classes(nodeClasses(scene, snapshot, node));
        element.data('label', nodeElement(scene, snapshot, node).data.label);
      }
      for (const element of this.cy.edges().toArray()) element.classes(edgeClasses(scene, snapshot, indexIn(element.id())));
    });
    this.setMarks();
  }

  setGhosts(ghosts: boolean): void {
    this.ghosts = ghosts;
    this.setMarks();
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    this.cy.style(stylesheet(theme));
    this.refill();
  }

  /** Lights up a node and its edges, or marks and their edges. */
  select(selected: Selected): void {
    this.selected = selected;
    this.lightUp();
  }

  /** Brings a node, or the mark of a boundary nearest to what is in sight, into view. */
  reveal({ node, boundary }: Selected): void {
    if (node !== undefined) this.camera.revealNode(node);
    const places = this.marksOf(boundary);
    if (places.length > 0) this.camera.revealNearest(places);
  }

  resize(): void {
    this.camera.resize();
    this.refill();
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
    const { snapshot, scene } = this.shown;
    this.shown.marks = placeMarks(snapshot.marks.filter(({ state }) => this.ghosts || state === 'inserted'), scene.layout);
    this.shown.marksOfEdge = groupByEdge(this.shown.marks, ({ mark }) => mark.edge);
    this.cy.remove('.mark');
    this.refill();
  }

  /** Fills cytoscape with what stands in the view and around it, if the view left what is loaded. */
  private load(): void {
    if (!this.shown) return;
    const { scene, snapshot, marksOfEdge, find } = this.shown;
    const area = this.camera.area();
    const text = this.camera.viewport().zoom >= TEXT_ZOOM;
    this.events.viewport(area);
    if (this.loaded?.text === text && contains(this.loaded, area)) return;
    for (const margin of [0.5, 0]) {
      const wide = grow(area, margin);
      const elements = windowElements(scene, snapshot, marksOfEdge, find(wide), text);
      if (elements === undefined) continue;
      this.far.hidden = true;
      this.loaded = { ...wide, text };
      this.replace(elements);
      return;
    }
    this.drawFar(this.shown, area);
  }

  private replace(elements: WindowElements): void {
    this.cy.batch(() => {
      this.cy.remove(this.cy.elements().filter((element) => !element.hasClass('anchor') && !elements.has(boxOf(element.id()))));
      const missing = [...elements].filter(([id]) => this.cy.getElementById(id).empty());
      this.cy.add(missing.flatMap(([, make]) => make()));
    });
    this.lightUp();
  }

  private drawFar({ scene, snapshot, find }: Shown, area: Rectangle): void {
    this.clear();
    this.far.hidden = false;
    const { context } = clearCanvas(this.far);
    const { zoom, x, y } = this.camera.viewport();
    drawOverview(context, scene, snapshot, this.theme, find(area), { scaleX: zoom, scaleY: zoom, shiftX: x, shiftY: y });
  }

  private lightUp(): void {
    if (!this.shown) return;
    const { scene } = this.shown;
    const { node, boundary } = this.selected;
    const marks = this.marksOf(boundary);
    const edges = node === undefined ? marks.map(({ mark }) => mark.edge) : [...scene.incoming[node]!, ...scene.outgoing[node]!];
    const chosen = node === undefined ? marks.map(({ id }) => id) : [nodeId(node)];
    this.cy.batch(() => {
      this.cy.elements('.selected').removeClass('selected');
      this.cy.elements('.near').removeClass('near');
      for (const id of chosen) this.cy.getElementById(id).addClass('selected');
      for (const edge of edges) this.cy.getElementById(edgeId(edge)).addClass('near');
    });
  }

  /** Where a boundary stands, or stood. */
  private marksOf(boundary: string | undefined): readonly PlacedMark[] {
    return boundary === undefined ? [] : (this.shown?.marks.filter(({ mark }) => mark.nodes.includes(boundary)) ?? []);
  }

  private markOf(id: string): EdgeMark {
    return this.shown!.marks.find((placed) => placed.id === id)!.mark;
  }

  private describe(element: NodeSingular): string {
    if (element.hasClass('op')) return this.shown!.scene.graph.nodes[indexIn(element.id())]!.name;
    return describeMark(this.markOf(element.id()));
  }
}

function contains(outer: Rectangle, inner: Rectangle): boolean {
  return inner.left >= outer.left && inner.right <= outer.right && inner.top >= outer.top && inner.bottom <= outer.bottom;
}

function grow({ left, top, right, bottom }: Rectangle, margin: number): Rectangle {
  const x = (right - left) * margin;
  const y = (bottom - top) * margin;
  return { left: left - x, right: right + x, top: top - y, bottom: bottom + y };
}
