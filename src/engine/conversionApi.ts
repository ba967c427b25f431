import type { GraphView } from '../../webview/protocol';
import type { ConversionApi } from './conversion';
import type { Conversion } from './pipeline';
import { buildGraphView } from './report/display';
import { PHASES } from './snapshot';

/** A conversion as the extension host sees it: whatever changes its snapshots resolves to how they look. */
export function conversionApi(conversion: Conversion): ConversionApi {
  const view = (): GraphView => buildGraphView(conversion.name, conversion.format.name, conversion.snapshots, conversion.format.dialect);
  const stepBack = async (phases: number): Promise<GraphView['snapshots']> => {
    conversion.stepBack(phases);
    return view().snapshots;
  };
  return {
    async open(path, config) {
      await conversion.open(path, config);
      return view();
    },
    setConfig: (config) => conversion.setConfig(config),
    async runPhase() {
      await conversion.runPhase();
      return view().snapshots;
    },
    stepBack: () => stepBack(1),
    reset: () => stepBack(PHASES.length),
    details: (node, snapshot) => conversion.details(node, snapshot),
    report: () => conversion.report(),
    save: (path, overwrite) => conversion.save(path, overwrite),
  };
}
