import { h } from '../graph/dom';
import { t } from '../l10n';
import type { PreparationRule } from '../protocol';
import { checkRow } from './checkRow';
import { tryOnDwell } from './choice';
import { endDwell } from './dwell';
import { foldable, replaceKeepingFocus, type Post, type Section } from './section';

/** In the order in which they are applied. */
const RULES: readonly { readonly rule: PreparationRule; readonly name: string; readonly hint: string }[] = [
  { rule: 'identity_removal', name: t('Remove identities'), hint: t('Ops that hand a value on as it is.') },
  { rule: 'training_node_removal', name: t('Remove what serves training'), hint: t('StopGradient, CheckNumerics, Dropout that drops nothing, and the like.') },
  { rule: 'constant_folding', name: t('Fold constants'), hint: t('Computes once what depends on constants alone, so that it can be stored in INT8.') },
  { rule: 'common_subexpressions', name: t('Merge what repeats'), hint: t('Computes once what several ops compute from the same values in the same way.') },
  { rule: 'padding_fusion', name: t('Fuse paddings'), hint: t('INT8 and BF16 convolutions pad with zeros themselves, in place of a Pad before them.') },
  { rule: 'batch_norm_folding', name: t('Fold batch normalization'), hint: t('Multiplies it into the weights of the INT8 or BF16 op before it.') },
  { rule: 'composite_ops', name: t('Keep composites together'), hint: t('Ops that spell out GELU or a normalization have one precision between them.') },
];

/** The rules that rewrite the graph before precisions are decided. Closed until it is asked for: few need it. */
export function preparationSection(post: Post): Section {
  const rows = h('div', { class: 'preparation' });
  const hint = t('Rewrites the graph before precisions are decided, where any op becomes INT8 or BF16; values stay what they are.');
  const element = foldable('preparation', t('Preparation'), hint, rows);
  element.open = false;
  return {
    element,
    update: ({ preparation }) => replaceKeepingFocus(rows, RULES.map(({ rule, name, hint: why }) => {
      const isOn = preparation[rule];
      const row = checkRow({
        id: `preparation:${rule}`, name, hint: why, checked: isOn,
        onChange: (checked) => {
          endDwell();
          post({ type: 'setPreparation', rule, isOn: checked });
        },
      });
      tryOnDwell(row, post, () => ({ type: 'setPreparation', rule, isOn: !isOn }));
      return row;
    })),
  };
}
