import type { GraphView, RunningView, SnapshotView, ToGraph } from '../protocol';
import { indexBands, type Find, type Rectangle } from './bands';
import { moveWithWheel } from './camera';
import { createDetails } from './details';
import { h } from './dom';
import { GraphCanvas } from './graphCanvas';
import { connect, type Host } from './host';
import { onKey } from './keys';
import { LayoutClient } from './layoutClient';
import { createLegend } from './legend';
import { loadScene } from './loadScene';
import { createMinimap } from './minimap';
import { createNotice } from './notice';
import { createPhaseBar } from './phaseBar';
import { plural, STEPS } from './precision';
import { readGraph, readSnapshot } from './readTables';
import type { Scene } from './scene';
import { createSearch } from './search';
import { Selection } from './selection';
import { createStage } from './stage';
import { onThemeChange, readTheme } from './theme';
import { createZoomTools } from './zoomTools';

/** The graph view: receives the graph and its snapshots, owns what is shown, and tells the parts. */
export class GraphApp {
  private readonly host: Host = connect((message) => this.receive(message));
  private readonly layouts: LayoutClient;
  private theme = readTheme();
  private graph: GraphView | undefined;
  private shown = 0;
  private running: RunningView | undefined;
  private scene: Scene | undefined;
  private find: Find | undefined;
  private ghosts = true;
  private saving: ReturnType<typeof setTimeout> | undefined;

  private readonly phaseBar = createPhaseBar(
    (snapshot) => this.showSnapshot(snapshot),
    (command) => this.host.send({ type: 'command', command }),
  );
  private readonly panel = createDetails({
    jump: (id) => this.selection.goTo(id),
    openConfigKey: (key) => this.host.send({ type: 'openConfigKey', key }),
    close: () => this.selection.select(undefined),
  });
  private readonly legend = createLegend(() => this.toggleGhosts());
  private readonly minimap = createMinimap((x, y) => this.canvas.camera.centre(x, y));
  private readonly search = createSearch(
    (node) => this.selection.goToNode(node),
    () => this.stage.element.focus(),
  );
  private readonly notice = createNotice();
  private readonly stage = createStage();
  private readonly canvas: GraphCanvas;
  private readonly selection: Selection;

  constructor(root: HTMLElement, layoutWorker: string) {
    this.layouts = new LayoutClient(layoutWorker);
    const tools = createZoomTools(() => this.canvas.camera);
    const corner = h('div', { class: 'corner' }, tools, this.minimap.element);
    const main = h('main', {}, this.stage.element, this.search.element, this.legend.element, corner, this.notice.element);
    root.append(this.phaseBar.element, main, this.panel.element, this.stage.live);
    this.canvas = new GraphCanvas(this.stage.near, this.stage.far, this.theme, {
      selectNode: (node) => this.selection.select(node === undefined ? undefined : this.graph?.nodes[node]?.id),
      selectMark: (mark) => this.selection.select(mark.nodes[0]),
      viewport: (area) => this.onViewport(area),
      hover: (text) => (this.stage.near.title = text),
    });
    this.selection = new Selection({
      host: this.host,
      canvas: this.canvas,
      panel: this.panel,
      stage: this.stage,
      view: () => ({ graph: this.graph, shown: this.shown, scene: this.scene }),
      changed: () => this.persist(),
    });
    this.listen();
  }

  start(): void {
    this.ghosts = this.host.restore()?.ghosts ?? true;
    this.phaseBar.update([], 0, undefined);
    this.notice.loading('Opening model…');
    this.host.send({ type: 'ready' });
  }

  private receive(message: ToGraph): void {
    switch (message.type) {
      case 'graph':
        void this.open(readGraph(message.graph), message.shown);
        break;
      case 'snapshots':
        if (this.graph) this.update({ ...this.graph, snapshots: [...this.graph.snapshots.slice(0, message.keep), ...message.added.map(readSnapshot)] }, message.shown);
        break;
      case 'details':
        this.selection.showDetails(message.details);
        break;
      case 'running':
        this.running = message.running;
        if (!this.graph && message.running) this.notice.loading(message.running.message || message.running.title);
        this.phaseBar.update(this.graph?.snapshots ?? [], this.shown, this.running);
        break;
      case 'select':
        this.selection.follow(message.id);
        break;
      case 'error':
        this.notice.error(message.message, this.scene !== undefined);
        this.stage.announce(message.message);
        break;
    }
  }

  private async open(graph: GraphView, shown: number): Promise<void> {
    this.graph = graph;
    this.shown = shown;
    this.scene = undefined;
    this.selection.clear();
    this.stage.setLabel(`Graph of ${graph.model.name}`);
    this.search.setNodes(graph.nodes);
    this.update(graph, shown);
    if (graph.nodes.length === 0) {
      this.notice.empty('This model has no operations.');
      return;
    }
    this.notice.loading('Arranging the graph…');
    const scene = await this.arrange(graph);
    // Another graph may have come meanwhile; the snapshots of this one may be newer now.
    if (!scene || this.graph.nodes !== graph.nodes) return;
    this.scene = scene;
    this.find = indexBands(scene);
    this.notice.clear();
    this.canvas.setGhosts(this.ghosts);
    this.canvas.show(scene, this.find, this.snapshot());
    this.drawMinimap();
    this.restore();
    this.selection.restore();
  }

  private async arrange(graph: GraphView): Promise<Scene | undefined> {
    try {
      return await loadScene(graph, this.theme.font, this.layouts);
    } catch (error) {
      this.notice.error(`The graph could not be arranged: ${error instanceof Error ? error.message : String(error)}`, false);
      return undefined;
    }
  }

  private restore(): void {
    const before = this.host.restore();
    if (before === undefined || before.model !== this.graph?.model.name) {
      this.canvas.camera.start();
      return;
    }
    this.canvas.camera.setViewport(before.viewport);
    this.selection.id ??= before.selected;
  }

  private snapshot(): SnapshotView {
    return this.graph!.snapshots[this.shown]!;
  }

  private update(graph: GraphView, shown: number): void {
    const stepped = shown !== this.shown || graph.snapshots.length !== this.graph?.snapshots.length;
    this.graph = graph;
    this.shown = shown;
    this.phaseBar.update(graph.snapshots, shown, this.running);
    this.legend.update(this.snapshot(), this.ghosts);
    this.canvas.setSnapshot(this.snapshot());
    this.drawMinimap();
    this.selection.showPanel();
    if (stepped) this.stage.announce(`${STEPS[shown]}: ${plural(this.snapshot().casts, 'Cast')}`);
  }

  /** One that does not exist yet appears when the host has run the phases up to it. */
  private showSnapshot(snapshot: number): void {
    if (!this.graph || snapshot === this.shown || STEPS[snapshot] === undefined) return;
    this.host.send({ type: 'showSnapshot', snapshot });
    if (this.graph.snapshots[snapshot]) this.update(this.graph, snapshot);
  }

  private toggleGhosts(): void {
    if (!this.graph) return;
    this.ghosts = !this.ghosts;
    this.canvas.setGhosts(this.ghosts);
    this.legend.update(this.snapshot(), this.ghosts);
    this.stage.announce(this.ghosts ? 'Folded marks shown' : 'Folded marks hidden');
    this.persist();
  }

  private onViewport(area: Rectangle): void {
    this.minimap.frame(area);
    this.persist();
  }

  private drawMinimap(): void {
    if (this.scene && this.find) this.minimap.draw(this.scene, this.find, this.snapshot(), this.theme);
  }

  private persist(): void {
    clearTimeout(this.saving);
    this.saving = setTimeout(() => {
      if (!this.graph || !this.scene) return;
      this.host.persist({ model: this.graph.model.name, viewport: this.canvas.camera.viewport(), selected: this.selection.id, ghosts: this.ghosts });
    }, 200);
  }

  private listen(): void {
    const { selection } = this;
    const { element } = this.stage;
    const { camera } = this.canvas;
    element.addEventListener('keydown', (event) =>
      onKey(event, {
        move: (direction) => selection.move(direction),
        extreme: (end) => selection.goToExtreme(end),
        enter: () => selection.id !== undefined && this.panel.element.focus(),
        escape: () => selection.select(undefined),
        fit: () => camera.fit(),
        zoom: (factor) => camera.zoomBy(factor),
        actualSize: () => camera.zoomBy(1 / camera.viewport().zoom),
        search: () => this.search.open(),
        ghosts: () => this.toggleGhosts(),
        step: (by) => this.graph?.snapshots[this.shown + by] && this.showSnapshot(this.shown + by),
      }),
    );
    this.panel.element.addEventListener('keydown', (event) => event.key === 'Escape' && element.focus());
    moveWithWheel(element, camera);
    new ResizeObserver(() => {
      this.canvas.resize();
      this.drawMinimap();
    }).observe(element);
    onThemeChange(() => {
      this.theme = readTheme();
      this.canvas.setTheme(this.theme);
      this.drawMinimap();
    });
  }
}
