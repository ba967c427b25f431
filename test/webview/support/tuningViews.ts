import { tuningPage } from '../../../webview/page';
import type { FromTuning, ToTuning, TrialView, TuningView } from '../../../webview/protocol';
import { type OpenedView, ViewPages } from './viewPages';

export type OpenedTuning = OpenedView<FromTuning, ToTuning>;

export function startTuningPages(): Promise<ViewPages<FromTuning, ToTuning>> {
  return ViewPages.start({ name: 'tuning', html: tuningPage, background: 'var(--vscode-editor-background)', width: 1200 });
}

export function trialView(accuracy: number, cost: number, more: Partial<TrialView> = {}): TrialView {
  return {
    accuracy, cost, lowered: Math.min(1, (1 - cost) * 1.4), seconds: 0.25, meets: accuracy >= 0.9733,
    precision: { int8: 9, bf16: 4, fp32: 2 }, kept: [], keptCount: 0, ...more,
  };
}

const KEPT: TrialView['kept'] = [
  { name: 'digits_cnn_1/depthwise_conv2d_1/depthwise', id: 'digits_cnn_1/depthwise_conv2d_1/depthwise', precision: 'bf16' },
  { name: 'digits_cnn_1/dense_1/MatMul', id: 'digits_cnn_1/dense_1/MatMul', precision: 'fp32' },
  { name: 'Mean', id: undefined, precision: 'fp32' },
];

/** Trials of a search, as they might come. */
export const measured: readonly TrialView[] = [
  trialView(0.9611, 0.312), trialView(0.9833, 1, { precision: { int8: 0, bf16: 0, fp32: 15 }, lowered: 0, kept: KEPT, keptCount: 15 }), trialView(0.9722, 0.42), trialView(0.975, 0.367, { kept: KEPT, keptCount: 3 }),
  trialView(0.9806, 0.55), trialView(0.9833, 0.61), trialView(0.9778, 0.48), trialView(0.1, 0.29), trialView(0.9694, 0.35), trialView(0.9806, 0.72), trialView(0.9833, 0.83), trialView(0.9722, 0.39),
];

export const digitsTuning: TuningView = {
  model: 'digits_cnn.pb', uri: 'file:///digits_cnn.pb', data: 'digits_test.npz', labels: 'label', metric: 'topk', topk: 1, higherIsBetter: true, strategy: 'pareto', maxTrials: 100,
  criterion: { relative: 0.01 }, state: 'idle', task: undefined, end: 'exhausted', problem: undefined, stale: undefined, runtime: 'the embedded runtime on onnxruntime-node 1.22.0 (native)', baseline: 0.9833, worst: 0.9735,
  front: [7, 0, 8, 3, 6, 4, 5], best: 3, applied: undefined,
};

export const noData: TuningView = { ...digitsTuning, data: undefined, labels: undefined, end: undefined, baseline: undefined, worst: undefined, front: [], best: undefined };
export const unmeasured: TuningView = { ...noData, data: 'digits_test.npz', labels: 'label' };
/** With the first six trials. */
export const running: TuningView = { ...digitsTuning, state: 'running', task: 'measure', end: undefined, front: [0, 3, 4, 5] };
