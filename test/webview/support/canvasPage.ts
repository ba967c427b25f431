// Bundled in place of the graph view: the canvas and the minimap alone, with the layout in the page, for tests of how they draw.
import { createMinimap } from '../../../webview/graph/canvas/minimap';
import { GraphCanvas } from '../../../webview/graph/canvas/graphCanvas';
import { moveWithWheel } from '../../../webview/graph/canvas/camera';
import css from '../../../webview/graph/graph.css';
import { h } from '../../../webview/graph/dom';
import { arranger, type Arrange } from '../../../webview/graph/layout/arrange';
import { legibleExpansion } from '../../../webview/graph/layout/expansion';
import { buildGroups } from '../../../webview/graph/layout/hierarchy';
import { measureText } from '../../../webview/graph/layout/measureText';
import type { Groups, Picture } from '../../../webview/graph/layout/picture';
import { momentAt } from '../../../webview/graph/moment';
import { createStage } from '../../../webview/graph/stage';
import { readTheme } from '../../../webview/graph/theme';
import type { GraphTables, ToGraph } from '../../../webview/protocol';

const sheet = new CSSStyleSheet();
sheet.replaceSync(`${css}\n#app { display: block } main { height: 100% }`);
document.adoptedStyleSheets = [sheet];

export class CanvasPage {
  readonly events: (readonly [string, unknown])[] = [];
  readonly canvas: GraphCanvas;
  tables!: GraphTables;
  groups!: Groups;
  expanded!: Uint8Array;
  private arrange!: Arrange;
  private readonly theme = readTheme();
  private readonly minimap = createMinimap((x, y) => this.canvas.camera.centre(x, y));

  constructor() {
    const stage = createStage(() => {});
    const log = (name: string) => (value: unknown) => void this.events.push([name, value]);
    document.getElementById('app')!.append(h('main', {}, stage.element, h('div', { class: 'corner' }, this.minimap.element)));
    this.canvas = new GraphCanvas(stage.near, stage.far, this.theme, {
      selectNode: log('selectNode'),
      selectGroup: log('selectGroup'),
      selectMark: log('selectMark'),
      goToNode: log('goToNode'),
      hover: log('hover'),
      toggleGroup: (group) => {
        log('toggleGroup')(group);
        this.toggle(group);
      },
      viewport: (area) => this.minimap.frame(area),
    });
    moveWithWheel(stage.element, this.canvas.camera);
    window.addEventListener('message', ({ data }: MessageEvent<ToGraph>) => data.type === 'graph' && this.open(data.graph, data.shown));
  }

  open(tables: GraphTables, shown: number): void {
    this.tables = tables;
    this.groups = buildGroups(tables.nodes, tables.edges);
    this.arrange = arranger(tables.nodes, tables.edges, this.groups, measureText(this.theme.font));
    this.expanded = legibleExpansion(this.groups);
    this.show(this.arrange(this.expanded), shown);
  }

  /** What the page does once the layout worker has answered. */
  show(picture: Picture, shown: number): void {
    this.canvas.setGraph(this.tables, this.groups, picture, momentAt(this.tables.snapshots, { snapshot: shown, change: this.tables.snapshots[shown]!.changes.count }));
    this.canvas.camera.start();
    this.minimap.draw(this.canvas.scene!, this.theme);
    document.body.dataset['opened'] = 'true';
  }

  /** The picture with a group opened or closed. */
  toggled(group: number): Picture {
    this.expanded[group] = 1 - this.expanded[group]!;
    return this.arrange(this.expanded);
  }

  toggle(group: number): void {
    this.canvas.setPicture(this.toggled(group), group);
    this.minimap.draw(this.canvas.scene!, this.theme);
  }

  expandAll(): void {
    this.expanded.fill(1);
    this.canvas.setPicture(this.arrange(this.expanded));
  }

  groupOf(label: string): number {
    return this.groups.labels.indexOf(label);
  }
}

declare global {
  interface Window {
    canvasPage: CanvasPage;
  }
}

window.canvasPage = new CanvasPage();
