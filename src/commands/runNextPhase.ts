import { modelCommand } from './command';
import { noPhaseLeft } from './reasons';

export const runNextPhase = modelCommand({
  id: 'runNextPhase',
  notNow: noPhaseLeft,
  run: (document) => document.showSnapshot(document.conversion.snapshots.length),
});
