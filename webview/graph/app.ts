import type { GraphTables, PictureFormat, RunningView, SnapshotTables, ViewAction } from '../protocol';
import { t } from '../l10n';
import { GraphCanvas } from './canvas/graphCanvas';
import { createMinimap } from './canvas/minimap';
import { moveWithWheel } from './canvas/camera';
import { followContextMenu } from './contextTarget';
import { createDetails } from './details';
import { h } from './dom';
import { Expansion } from './expansion';
import { exportPicture } from './export/exportPicture';
import { HeatSwitch } from './heatSwitch';
import { connect, type Host, type Persisted, type Receivers } from './host';
import { keyActions } from './keyActions';
import { onKey, type KeyActions } from './keyMap';
import { createKeySheet } from './keySheet';
import type { Groups, Picture } from './layout/picture';
import { LayoutClient, type Opened } from './layoutClient';
import { createLegend } from './legend';
import { Lighting } from './lighting';
import { Link } from './link';
import { Memory } from './memory';
import { momentAt, type Moment, type Position } from './moment';
import { createNotice } from './notice';
import { createPhaseBar } from './phaseBar';
import { plural, STEPS } from './precision';
import { createSearchBox } from './search/searchBox';
import { Selection } from './selection';
import { createStage } from './stage';
import { onThemeChange, readTheme } from './theme';
import { createTimeline } from './timeline';
import { createTransitions } from './transitions';
import type { View } from './view';
import { createZoomTools } from './zoomTools';

/** What the commands of the palette and the editor's title do. */
const VIEW_ACTIONS: Readonly<Record<ViewAction, (actions: KeyActions) => void>> = {
  collapseAll: (actions) => actions.collapseAll(),
  expandAllCasts: (actions) => actions.expandCasts(),
  find: (actions) => actions.search(),
  fit: (actions) => actions.fit(),
  play: (actions) => actions.play(),
};

/** The hierarchy and the picture of the graph, once the layout worker has made them. */
interface Arranged {
  readonly groups: Groups;
  readonly expansion: Expansion;
  readonly expanded: Uint8Array;
  readonly picture: Picture;
}

/** The graph view: receives the graph and its snapshots, owns what is shown, and tells the parts. */
export class GraphApp {
  private readonly receivers: Receivers = {
    graph: ({ graph, shown, pinned = false }) => {
      this.pinned = pinned;
      document.body.classList.toggle('pinned', pinned);
      this.opening = this.open(graph, shown);
    },
    snapshots: ({ keep, added, shown }) => this.replace(keep, added, shown),
    details: ({ details, errors = [] }) => this.selection.showDetails(details, errors),
    sensitivity: ({ table }) => {
      this.heat.measured(table);
      void this.opening.then(() => this.drawHeat());
    },
    showSensitivity: () => this.setHeat(true),
    running: ({ running }) => this.showRunning(running),
    select: ({ id }) => void this.selection.follow(id),
    error: ({ message }) => {
      this.notice.error(message, this.arranged !== undefined);
      this.stage.announce(message);
    },
    link: ({ on }) => this.link.set(on, !this.pinned),
    follow: ({ view }) => void this.link.follow(view),
    view: ({ action }) => VIEW_ACTIONS[action](this.actions),
    export: ({ format }) => void this.export(format),
    highlight: ({ nodes, label }) => void this.opening.then(() => this.lighting.byHost(nodes, label)),
  };
  private readonly host: Host = connect(this.receivers);
  private readonly memory = new Memory(this.host, () => this.state());
  private readonly layouts: LayoutClient;
  private theme = readTheme();
  private graph: GraphTables | undefined;
  private moment: Moment | undefined;
  private arranged: Arranged | undefined;
  /** Settles when the newest graph is drawn, or cannot be. */
  private opening: Promise<void> = Promise.resolve();
  private running: RunningView | undefined;
  /** Shows the opened model only. */
  private pinned = false;
  private ghosts = true;
  private readonly heat = new HeatSwitch();
  private mapping = 0;

  private readonly notice = createNotice();
  private readonly keySheet = createKeySheet();
  private readonly stage = createStage((target) => void this.selection.goTo(target));
  private readonly phaseBar = createPhaseBar(
    (snapshot) => this.showSnapshot(snapshot),
    (command) => this.host.send({ type: 'command', command }),
  );
  private readonly transitions = createTransitions({ highlight: (edges, nodes, label) => this.lighting.byTransitions(edges, nodes, label) });
  private readonly panel = createDetails(
    {
      jump: (id) => void this.selection.goToId(id),
      openConfigKey: (key) => this.host.send({ type: 'openConfigKey', key }),
      close: () => this.selection.select({}),
      copy: (text) => this.host.send({ type: 'copy', text }),
      goTo: (position) => this.goTo(position),
      toggleGroup: (group) => void this.arranged?.expansion.toggle(group),
    },
    this.transitions.element,
  );
  private readonly legend = createLegend(() => this.toggleGhosts(), () => this.setHeat(!this.heat.isOn));
  private readonly minimap = createMinimap((x, y) => this.canvas.camera.centre(x, y));
  private readonly search = createSearchBox({
    go: (result) => void this.selection.goTo(result),
    highlight: (found) => this.lighting.bySearch(found),
    closed: () => this.stage.element.focus(),
  });
  private readonly timeline = createTimeline({ go: (position) => this.goTo(position), announce: (text) => this.stage.announce(text) });
  private readonly canvas: GraphCanvas;
  private readonly selection: Selection;
  private readonly lighting: Lighting;
  private readonly link: Link;
  private readonly actions: KeyActions;

  constructor(root: HTMLElement, layoutWorker: string) {
    this.layouts = new LayoutClient(layoutWorker);
    const { stage } = this;
    const corner = h('div', { class: 'corner' }, createZoomTools(() => this.canvas.camera, () => this.keySheet.open()), this.minimap.element);
    const main = h('main', {}, stage.element, this.search.element, this.legend.element, corner, this.notice.element);
    root.append(this.phaseBar.element, main, this.panel.element, this.timeline.element, stage.live, this.keySheet.element);
    // Cytoscape takes its size from its container, which has one now.
    this.canvas = new GraphCanvas(stage.near, stage.far, this.theme, {
      selectNode: (node) => this.selection.select(node === undefined ? {} : { node }),
      selectGroup: (group) => this.selection.select({ group }),
      selectMark: (mark) => this.selection.select({ boundary: mark.ids[0] }),
      toggleGroup: (group) => void this.arranged?.expansion.toggle(group),
      goToNode: (node) => void this.selection.goTo({ node }),
      hover: (text) => (stage.near.title = text),
      viewport: (area) => {
        this.minimap.frame(area);
        this.link.moved();
        this.memory.changed();
      },
    });
    this.lighting = new Lighting({ canvas: this.canvas, search: this.search, transitions: this.transitions, announce: (text) => stage.announce(text) });
    this.selection = new Selection({
      host: this.host,
      canvas: this.canvas,
      panel: this.panel,
      stage,
      view: () => this.view(),
      expandTo: async (node) => this.arranged?.expansion.expandTo(node),
      changed: () => this.memory.changed(),
    });
    this.link = new Link({ host: this.host, camera: this.canvas.camera, expansion: () => this.arranged?.expansion });
    this.actions = keyActions({
      view: () => this.view(),
      expansion: () => this.arranged?.expansion,
      selection: this.selection,
      canvas: this.canvas,
      timeline: this.timeline,
      search: this.search,
      focusDetails: () => this.panel.element.focus(),
      toggleGhosts: () => this.toggleGhosts(),
      showSnapshot: (snapshot) => this.showSnapshot(snapshot),
      copy: (text) => this.host.send({ type: 'copy', text }),
      help: () => this.keySheet.open(),
    });
    this.listen();
  }

  start(): void {
    this.ghosts = this.host.restore()?.ghosts ?? true;
    this.heat.isOn = this.host.restore()?.heat ?? false;
    this.canvas.setGhosts(this.ghosts);
    this.phaseBar.update([], 0, undefined);
    this.notice.loading(t('Opening model…'));
    this.host.send({ type: 'ready' });
  }

  private view(): View | undefined {
    const { graph, moment, arranged, canvas: { scene } } = this;
    return graph && moment && arranged && scene && { tables: graph, moment, mixOf: scene.mixOf, ...arranged };
  }

  private async open(graph: GraphTables, shown: number): Promise<void> {
    const kept = this.memory.of(graph.model.name);
    this.graph = graph;
    this.arranged = undefined;
    this.selection.clear();
    this.stage.setLabel(t('Graph of {0}', graph.model.name));
    this.setPosition(kept?.position.snapshot === shown ? kept.position : endOf(graph, shown));
    if (graph.nodes.count === 0) {
      this.notice.empty(t('This model has no operations.'));
      return;
    }
    this.notice.loading(t('Arranging the graph…'));
    const opened = await this.arrange(graph, kept?.expanded);
    // Another graph may have come meanwhile; the snapshots of this one may be newer now.
    if (!opened || this.graph.nodes !== graph.nodes) return;
    const { groups, expanded, picture } = opened;
    const draw = (next: Picture, nowExpanded: Uint8Array, anchor: number | undefined): void => this.draw(next, nowExpanded, anchor);
    this.arranged = { groups, expanded, picture, expansion: new Expansion({ layouts: this.layouts, groups, draw }, expanded) };
    this.notice.clear();
    this.canvas.setGraph(this.graph, groups, picture, this.moment!);
    this.drawHeat();
    if (kept) this.canvas.camera.setViewport(kept.viewport);
    else this.canvas.camera.start();
    this.stage.tree.update(this.view()!);
    this.drawMinimap();
    this.selection.restore(kept);
    await this.link.opened();
  }

  private async arrange({ nodes, edges }: GraphTables, expanded: readonly string[] | undefined): Promise<Opened | undefined> {
    try {
      return await this.layouts.open(nodes, edges, this.theme.font, expanded);
    } catch (error) {
      this.notice.error(t('The graph could not be arranged: {0}', error instanceof Error ? error.message : String(error)), false);
      return undefined;
    }
  }

  /** Other groups are expanded. */
  private draw(picture: Picture, expanded: Uint8Array, anchor: number | undefined): void {
    this.arranged = { ...this.arranged!, picture, expanded };
    this.canvas.setPicture(picture, anchor);
    this.stage.tree.update(this.view()!);
    this.selection.showPanel();
    this.drawMinimap();
    this.link.moved();
    this.memory.changed();
  }

  private replace(keep: number, added: readonly SnapshotTables[], shown: number): void {
    if (!this.graph) return;
    const { position } = this.moment!;
    this.graph = { ...this.graph, snapshots: [...this.graph.snapshots.slice(0, keep), ...added] };
    const snapshot = this.pinned ? 0 : shown;
    // The host repeats what the timeline asked for: a snapshot, while the view stands between two.
    this.setPosition(position.snapshot === snapshot && snapshot < keep ? position : endOf(this.graph, snapshot));
    if (position.snapshot !== snapshot || keep <= snapshot) this.stage.announce(`${STEPS[snapshot]}: ${plural(this.graph.snapshots[snapshot]!.casts, 'Cast')}`);
  }

  /** How the graph looks now, in all parts. */
  private setPosition(position: Position): void {
    const graph = this.graph!;
    this.moment = momentAt(graph.snapshots, position);
    this.phaseBar.update(graph.snapshots, position.snapshot, this.running);
    this.timeline.update(graph, position);
    this.updateLegend();
    this.transitions.update(graph, this.moment);
    this.search.update(graph, this.moment);
    this.canvas.setMoment(this.moment);
    const view = this.view();
    if (view) this.stage.tree.update(view);
    this.selection.showPanel();
    this.drawMinimap();
  }

  /** The timeline, or a link to a change, moves on; the host follows to the snapshot. */
  private goTo(position: Position): void {
    const before = this.moment?.position.snapshot;
    this.setPosition(position);
    if (position.snapshot !== before && !this.pinned) this.host.send({ type: 'showSnapshot', snapshot: position.snapshot });
    this.memory.changed();
  }

  /** One that does not exist yet appears when the host has run the phases up to it. */
  private showSnapshot(snapshot: number): void {
    const { graph, moment } = this;
    if (!graph || !moment || STEPS[snapshot] === undefined) return;
    if (graph.snapshots[snapshot]) this.goTo(endOf(graph, snapshot));
    else this.host.send({ type: 'showSnapshot', snapshot });
  }

  private async export(format: PictureFormat): Promise<void> {
    try {
      await this.opening;
      if (!this.canvas.scene) throw new Error(t('There is no graph to export.'));
      this.host.send({ type: 'exported', format, ...(await exportPicture(format, this.canvas.scene, this.theme)) });
    } catch (error) {
      this.host.send({ type: 'exportFailed', message: error instanceof Error ? error.message : String(error) });
    }
  }

  private toggleGhosts(): void {
    if (!this.moment) return;
    this.ghosts = !this.ghosts;
    this.canvas.setGhosts(this.ghosts);
    this.updateLegend();
    this.stage.announce(this.ghosts ? t('Folded marks shown') : t('Folded marks hidden'));
    this.memory.changed();
  }

  private showRunning(running: RunningView | undefined): void {
    this.running = running;
    if (!this.graph && running) this.notice.loading(running.message || running.title);
    this.phaseBar.update(this.graph?.snapshots ?? [], this.moment?.position.snapshot ?? 0, running);
  }

  private setHeat(isOn: boolean): void {
    this.heat.isOn = isOn;
    this.drawHeat();
    this.stage.announce(isOn ? t('Coloured by sensitivity') : t('Coloured by precision'));
    this.memory.changed();
  }

  private drawHeat(): void {
    this.heat.update(this.graph?.nodes.count ?? 0, this.arranged?.groups);
    this.canvas.setHeat(this.heat.shown);
    this.updateLegend();
    this.drawMinimap();
  }

  private updateLegend(): void {
    if (this.moment) this.legend.update(this.moment, this.ghosts, this.heat.offered);
  }

  private drawMinimap(): void {
    this.mapping ||= requestAnimationFrame(() => {
      this.mapping = 0;
      if (!this.canvas.scene) return;
      this.minimap.draw(this.canvas.scene, this.theme);
      this.minimap.frame(this.canvas.camera.area());
    });
  }

  private state(): Persisted | undefined {
    const view = this.view();
    if (!view) return undefined;
    const { group } = this.selection.selected;
    return {
      model: view.tables.model.name,
      viewport: this.canvas.camera.viewport(),
      expanded: this.arranged!.expansion.keys,
      selected: this.selection.id,
      selectedGroup: group === undefined ? undefined : view.groups.keys[group],
      position: view.moment.position,
      ghosts: this.ghosts,
      heat: this.heat.isOn,
    };
  }

  private listen(): void {
    const { element } = this.stage;
    element.addEventListener('keydown', (event) => onKey(event, this.actions));
    // Cytoscape takes the focus from everything when a button goes down.
    element.addEventListener('mouseup', () => element.focus({ preventScroll: true }));
    this.panel.element.addEventListener('keydown', (event) => event.key === 'Escape' && element.focus());
    moveWithWheel(element, this.canvas.camera);
    followContextMenu(element, this.canvas, this.selection, () => this.view());
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

function endOf({ snapshots }: GraphTables, snapshot: number): Position {
  return { snapshot, change: snapshots[snapshot]!.changes.count };
}
