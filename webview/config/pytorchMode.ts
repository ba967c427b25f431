import { t } from '../l10n';
import type { PytorchMode } from '../protocol';
import { edits } from './choice';
import { type Explained, explainedRows } from './explained';
import type { Post } from './section';

const MODES: readonly Explained<PytorchMode>[] = [
  {
    value: 'fx', text: t('ops'), title: t('Ops: each by itself, as FX graph mode does'),
    sentence: t('Each op of the graph gets its own precision, as in FX graph mode. Casts between neighbours fold, also across modules.'),
  },
  {
    value: 'eager', text: t('modules'), title: t('Modules: each as a whole, as eager mode does'),
    sentence: t('Modules such as Linear are wrapped, as in eager mode: each reads BF16, holds its parameters in BF16 and gives FP32.'),
  },
];

/** What is converted as a whole in a model made of modules. */
export function pytorchModeRows(value: PytorchMode, post: Post): HTMLElement[] {
  const chosen = edits<PytorchMode>(post, (mode) => ({ type: 'setPytorchMode', mode }));
  return explainedRows({ id: 'pytorch-mode', name: t('Convert'), label: t('What is converted as a whole'), options: MODES, value, ...chosen });
}
