import type { ProgramApi } from './conversion';
import type { Conversion } from './pipeline';
import { namedChanges, nodeNamed } from './report/namedChanges';

/** A conversion as programs see it; nothing is made that only a view needs. */
export function programApi(conversion: Conversion): ProgramApi {
  return {
    open: (path, config) => conversion.open(path, config),
    setConfig: (config) => conversion.setConfig(config),
    preview: (config) => conversion.preview(config),
    runPhase: () => conversion.runPhase(),
    changes: async (snapshot) => namedChanges(conversion.snapshots, snapshot),
    async details(name) {
      const { snapshots } = conversion;
      return conversion.details(nodeNamed(name, snapshots), snapshots.length - 1);
    },
    report: () => conversion.report(),
    save: (path, overwrite) => conversion.save(path, overwrite),
  };
}
