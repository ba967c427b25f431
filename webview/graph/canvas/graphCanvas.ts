import cytoscape, { type Core } from 'cytoscape';
import type { GraphTables } from '../../protocol';
import type { Groups, Picture } from '../layout/picture';
import { measureText } from '../layout/measureText';
import type { Heat } from '../heat';
import type { Moment } from '../moment';
import type { Theme } from '../theme';
import { anchorOf } from './anchor';
import { Camera, FAR_ZOOM, TEXT_ZOOM } from './camera';
import type { Target } from './elements';
import { FarView } from './farView';
import { targetAt } from './hitTest';
import { lightUp, type Highlighted, type Lights, type Selected } from './lights';
import { isMotionReduced, Motion } from './motion';
import { NearView, type Point } from './nearView';
import { placesOf } from './places';
import { listenToPointer, type PointerEvents } from './pointer';
import { contains, grow, type Rectangle } from './rectangle';
import { makeScene, withGhosts, withMoment, withPicture, type Scene } from './scene';
import { stylesheet } from './styles';
import { tooltip } from './tooltip';
import { windowElements, withoutLines, type WindowElements } from './windowElements';

export interface CanvasEvents extends PointerEvents {
  /** The part of the picture on the screen changed. */
  viewport(area: Rectangle): void;
}

/** Of the view, beside it on every side: how far one can pan before elements are exchanged. */
const MARGINS: readonly number[] = [0.5, 0];
/** Of the view, beside it: a card whose middle is there may still be seen. */
const EDGE = 0.1;

/**
 * The picture of a graph at a moment. Cytoscape holds only what stands in or near the view; where that would be too much, a
 * plain canvas shows everything without text.
 */
export class GraphCanvas {
  readonly camera: Camera;
  private readonly cy: Core;
  private readonly near: NearView;
  private readonly far: FarView;
  private readonly motion: Motion;
  private shown: Scene | undefined;
  private lights: Lights | undefined;
  private selected: Selected = {};
  private highlighted: Highlighted | undefined;
  private ghosts = true;
  private loaded: (Rectangle & { readonly text: boolean }) | undefined;
  private frame = 0;

  constructor(
    private readonly container: HTMLElement,
    far: HTMLCanvasElement,
    private theme: Theme,
    private readonly events: CanvasEvents,
  ) {
    this.cy = cytoscape({ container, style: stylesheet(theme), autoungrabify: true, autounselectify: true, boxSelectionEnabled: false, userZoomingEnabled: false });
    this.near = new NearView(this.cy);
    this.far = new FarView(far);
    this.camera = new Camera(this.cy);
    this.motion = new Motion(this.cy);
    this.cy.on('viewport resize', () => this.schedule());
    listenToPointer(this.cy, events, () => ({ scene: this.shown, boundary: this.selected.boundary }));
  }

  /** What is drawn, for the minimap. */
  get scene(): Scene | undefined {
    return this.shown;
  }

  setGraph(tables: GraphTables, groups: Groups, picture: Picture, moment: Moment): void {
    this.motion.finish();
    this.shown = makeScene({ tables, groups, picture, moment, ghosts: this.ghosts, measure: measureText(this.theme.font) });
    this.selected = {};
    this.highlighted = undefined;
    this.near.clear();
    this.camera.setPicture(picture);
    this.renew();
  }

  /** The same graph with other groups expanded: what was clicked, or else what is in the middle, stays where it is on the screen. */
  setPicture(picture: Picture, toggled?: number): void {
    if (!this.shown) return;
    this.motion.finish();
    const before = this.shown;
    const after = withPicture(before, picture);
    const anchor = anchorOf(before, after, this.camera.area(), toggled);
    const screen = anchor && this.camera.toScreen(anchor.before);
    const points = this.near.cardPoints();
    const { x, y } = this.camera.viewport();
    this.shown = after;
    this.camera.setPicture(picture);
    if (anchor && screen) this.camera.hold(anchor.after, screen);
    this.lights = undefined;
    const { zoom, x: nowX, y: nowY } = this.camera.viewport();
    const shift = { x: (x - nowX) / zoom, y: (y - nowY) / zoom };
    this.fill(new Map([...points].map(([id, point]) => [id, { x: point.x + shift.x, y: point.y + shift.y }])));
  }

  /** Colours and marks of another moment; nothing moves. */
  setMoment(moment: Moment): void {
    this.change((scene) => withMoment(scene, moment));
  }

  setGhosts(ghosts: boolean): void {
    this.ghosts = ghosts;
    this.change((scene) => withGhosts(scene, ghosts));
  }

  /** Colours cards by how sensitive their ops are, or by precision again. */
  setHeat(heat: Heat | undefined): void {
    this.change((scene) => ({ ...scene, heat }));
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    this.cy.style(stylesheet(theme));
    this.renew();
  }

  /** Lights up what is selected, and its lines. */
  select(selected: Selected): void {
    this.selected = selected;
    this.renew();
  }

  /** Dims all but some edges with their ends, and some nodes; without any, nothing. */
  highlight(edges: Int32Array | undefined, nodes: Int32Array = new Int32Array()): void {
    this.highlighted = edges && { edges, nodes };
    this.renew();
  }

  /** Brings a node, a group, or the mark of a boundary nearest to what is in sight, into view. */
  reveal(target: Selected): void {
    if (!this.shown) return;
    const places = placesOf(this.shown, target);
    if (places.length > 0) this.camera.revealNearest(places);
  }

  /** Brings the card nearest to what is in sight into view, of those that show some nodes. */
  revealNearest(nodes: Int32Array): void {
    if (!this.shown || nodes.length === 0) return;
    const { itemOf } = this.shown.picture;
    const cards = new Map(Array.from(nodes, (node) => [itemOf[node]!, node]));
    this.camera.revealNearest([...cards.values()].flatMap((node) => placesOf(this.shown!, { node })));
  }

  resize(): void {
    this.camera.resize();
    this.renew();
  }

  /** What is at a point of the page. */
  targetAt(clientX: number, clientY: number): Target {
    const { left, top } = this.container.getBoundingClientRect();
    return this.shown ? targetAt(this.shown, this.camera.toPicture({ x: clientX - left, y: clientY - top }), !this.loaded) : {};
  }

  /** What a tooltip says of a thing. */
  describe(target: Target): string {
    return this.shown ? tooltip(this.shown, target) : '';
  }

  private change(change: (scene: Scene) => Scene): void {
    if (!this.shown) return;
    this.shown = change(this.shown);
    this.renew();
  }

  private schedule(): void {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.load();
    });
  }

  /** Draws everything anew in the next frame. */
  private renew(): void {
    this.lights = undefined;
    this.loaded = undefined;
    this.far.outdate();
    this.schedule();
  }

  /** Follows the view: exchanges elements when it left what is loaded. */
  private load(): void {
    if (!this.shown) return;
    const area = this.camera.area();
    const text = this.isReadable();
    this.events.viewport(area);
    if (this.loaded?.text === text && contains(this.loaded, area)) return;
    if (this.far.follow(this.camera, this.shown.picture)) return;
    this.motion.finish();
    this.fill();
  }

  /** Fills cytoscape with what stands in the view and around it. `points`: where cards come from, by id. */
  private fill(points?: ReadonlyMap<string, Point>): void {
    const scene = this.shown!;
    const renew = this.lights === undefined;
    const lights = (this.lights ??= lightUp(scene, this.selected, this.highlighted));
    const area = this.camera.area();
    const text = this.isReadable();
    for (const margin of this.camera.viewport().zoom < FAR_ZOOM ? [] : MARGINS) {
      const wide = grow(area, margin);
      const elements = windowElements(scene, lights, wide, text);
      if (elements === undefined) continue;
      this.far.hide();
      this.loaded = { ...wide, text };
      if (points && !isMotionReduced()) this.glide(elements, points);
      else this.near.show(elements, renew);
      return;
    }
    this.loaded = undefined;
    this.near.clear();
    this.far.show(scene, lights, this.theme, this.camera);
  }

  /** Cards in sight glide to their places; lines and marks appear when they stand. */
  private glide(elements: WindowElements, points: ReadonlyMap<string, Point>): void {
    this.near.show(withoutLines(elements), true);
    const sight = grow(this.camera.area(), EDGE);
    const isSeen = ({ x, y }: Point): boolean => x > sight.left && x < sight.right && y > sight.top && y < sight.bottom;
    const moves = [...this.near.cardPoints()].flatMap(([id, to]) => {
      const from = points.get(id);
      const moved = from && (Math.abs(from.x - to.x) > 0.5 || Math.abs(from.y - to.y) > 0.5);
      return moved && (isSeen(from) || isSeen(to)) ? [[id, { from, to }] as const] : [];
    });
    if (moves.length > 0) this.motion.run(new Map(moves), () => this.near.show(elements, false));
    else this.near.show(elements, false);
  }

  private isReadable(): boolean {
    return this.camera.viewport().zoom >= TEXT_ZOOM;
  }
}
