import * as vscode from 'vscode';
import { PHASES, type PhaseName } from '../engine/snapshot';

const TITLES: Readonly<Record<PhaseName, () => string>> = {
  quantize: () => 'FP32 + INT8',
  bf16: () => 'BF16',
  optimize: () => vscode.l10n.t('Optimize Casts'),
};

/** The phase that turns a model with this many snapshots into one with one more; undefined after the last. */
export function nextPhase(snapshots: number): PhaseName | undefined {
  return PHASES[snapshots - 1];
}

/** `Phase 2 of 3: BF16`. */
export function phaseTitle(phase: PhaseName): string {
  return vscode.l10n.t('Phase {0} of {1}: {2}', PHASES.indexOf(phase) + 1, PHASES.length, TITLES[phase]());
}

/** Snapshots of a model whose phases all ran: the opened model and one per phase. */
export const ALL_SNAPSHOTS = PHASES.length + 1;
