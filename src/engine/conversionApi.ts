import type { GraphTables } from '../../webview/protocol';
import { configFileText, importNeuralCompressor } from './config/neuralCompressor/importConfig';
import type { ConversionApi } from './conversion';
import type { Graph } from './graph/graph';
import type { Conversion } from './pipeline';
import { Display } from './report/display';
import { edgeTable, nodeTable, snapshotTables } from './report/graphTables';
import { findNodes } from './report/findNodes';
import { PHASES } from './snapshot';

/** A conversion as the extension host sees it: what opens a model or runs a phase resolves to how that looks. */
export function conversionApi(conversion: Conversion): ConversionApi {
  let display: Display | undefined;
  let pictured: Graph | undefined;
  const picture = (): GraphTables => {
    const { name, format, snapshots } = conversion;
    const opened = snapshots[0]!;
    const made = (display = new Display(opened, format.dialect));
    pictured = opened.graph;
    const model = { name, format: format.name };
    return { model, nodes: nodeTable(made.nodes), edges: edgeTable(made.edges), snapshots: snapshots.map((snapshot) => snapshotTables(made.add(snapshot))) };
  };
  const stepBack = async (phases: number): Promise<void> => {
    conversion.stepBack(phases);
    display?.keep(conversion.snapshots.length);
  };
  return {
    async open(path, config) {
      await conversion.open(path, config);
      return picture();
    },
    async setConfig(config) {
      const applied = await conversion.setConfig(config);
      const isOther = conversion.snapshots[0]!.graph !== pictured;
      const graph = isOther ? picture() : undefined;
      display!.keep(applied.snapshots);
      // Counted as `find` finds them, so that a pattern matches as many ops in the file as while it is typed.
      const overrides = Object.keys(applied.config.op_name_dict).map((pattern) => ({ pattern, matches: findNodes(display!.nodes, { pattern }).length }));
      return { ...applied, overrides, ...(graph && { graph }) };
    },
    preview: (config) => conversion.preview(config),
    describeData: (path) => conversion.describeData(path),
    async importConfig(text, file) {
      const imported = importNeuralCompressor(text, file);
      return { text: configFileText(imported), notes: imported.notes };
    },
    async find(query) {
      return findNodes(display!.nodes, query);
    },
    recordRanges: () => conversion.recordRanges(),
    async runPhase() {
      await conversion.runPhase();
      return snapshotTables(display!.add(conversion.snapshots.at(-1)!));
    },
    stepBack: () => stepBack(1),
    reset: () => stepBack(PHASES.length),
    details: (node, snapshot) => conversion.details(node, snapshot),
    report: () => conversion.report(),
    save: (path, overwrite) => conversion.save(path, overwrite),
  };
}
