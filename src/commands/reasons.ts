import type { ModelDocument } from '../document/modelDocument';
import { nextPhase } from '../document/phases';

/** Why something is impossible with this model now, in a sentence; undefined when it is possible. */
export type Reason = (document: ModelDocument) => string | undefined;

export const notOpen: Reason = ({ name, failure, conversion }) => {
  if (failure !== undefined) return `${name} is not open; its editor says why. "Mixed Precision: Reopen Model" tries again.`;
  return conversion.graph === undefined ? `${name} is still being opened.` : undefined;
};

export const busy: Reason = (document) => {
  const { running } = document.conversion;
  return notOpen(document) ?? (running && `${running.title} is under way. Cancel it or wait until it is done.`);
};

export const noPhaseLeft: Reason = (document) =>
  busy(document) ?? (nextPhase(document.conversion.snapshots.length) === undefined ? 'All phases have run. Step back or reset to run them again.' : undefined);

export const noPhaseRan: Reason = (document) =>
  busy(document) ?? (document.conversion.snapshots.length < 2 ? 'No phase has run yet. Use "Mixed Precision: Run Next Phase" first.' : undefined);

export const idle: Reason = ({ conversion }) => (conversion.running === undefined ? 'Nothing is running that could be cancelled.' : undefined);
