import type { ConversionApi } from './conversion';
import type { Conversion } from './pipeline';
import { Display } from './report/display';
import { edgeTable, nodeTable, snapshotTables } from './report/graphTables';
import { PHASES } from './snapshot';

/** A conversion as the extension host sees it: what opens a model or runs a phase resolves to how that looks. */
export function conversionApi(conversion: Conversion): ConversionApi {
  let display: Display | undefined;
  const stepBack = async (phases: number): Promise<void> => {
    conversion.stepBack(phases);
    display?.keep(conversion.snapshots.length);
  };
  return {
    async open(path, config) {
      await conversion.open(path, config);
      const opened = conversion.snapshots[0]!;
      display = new Display(opened, conversion.format.dialect);
      const model = { name: conversion.name, format: conversion.format.name };
      return { model, nodes: nodeTable(display.nodes), edges: edgeTable(display.edges), snapshots: [snapshotTables(display.add(opened))] };
    },
    setConfig: (config) => conversion.setConfig(config),
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
