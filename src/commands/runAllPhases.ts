import { ALL_SNAPSHOTS } from '../document/phases';
import { modelCommand } from './command';
import { noPhaseLeft } from './reasons';

export const runAllPhases = modelCommand({
  id: 'runAllPhases',
  notNow: noPhaseLeft,
  run: (document) => document.showSnapshot(ALL_SNAPSHOTS - 1),
});
