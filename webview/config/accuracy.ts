import { h } from '../graph/dom';
import { t } from '../l10n';
import type { AccuracyCriterion } from '../protocol';
import { segmented, type Option } from './choice';
import { numberField } from './numberField';
import { foldable, replaceKeepingFocus, type Post, type Section } from './section';
import { button } from './toolkit';

type Unit = 'relative' | 'absolute';

const UNITS: readonly Option<Unit>[] = [
  { value: 'relative', text: '%', title: t('Relative: percent of the original’s accuracy') },
  { value: 'absolute', text: t('absolute'), title: t('Absolute: in the unit of the accuracy itself, where 0.01 is one percentage point') },
];

/** An accuracy to show on what may be lost. */
const EXAMPLE = 0.9;

/** How much accuracy may be lost. */
export function accuracySection(post: Post): Section {
  let unit: Unit = 'relative';
  const loss = numberField({
    id: 'criterion', label: t('Accuracy that may be lost'), min: 0, step: 'any', needs: t('Enter a number from 0 up.'), describedBy: 'criterion-hint',
    onChange: (value) => post({ type: 'setAccuracyCriterion', criterion: unit === 'relative' ? { relative: rounded(value / 100) } : { absolute: value } }),
  });
  const units = h('div', {});
  const hint = h('p', { class: 'hint', id: 'criterion-hint' });
  const tune = button(t('Tune…'), t('Searches for the lowest precisions that keep it'), () => post({ type: 'tune' }));
  return {
    element: foldable(
      'accuracy', t('Accuracy criterion'), t('How much accuracy the converted model may lose: what tuning keeps to, and compare on the command line checks.'),
      h('div', { class: 'row setting' }, h('label', { class: 'name', for: 'criterion' }, t('May lose')), loss.input, units), loss.error, hint, tune,
    ),
    update: ({ accuracyCriterion: criterion }) => {
      const isRelative = 'relative' in criterion;
      const share = isRelative ? criterion.relative : criterion.absolute;
      unit = isRelative ? 'relative' : 'absolute';
      loss.set(isRelative ? rounded(share * 100) : share);
      hint.textContent = t('An accuracy of {0} may fall to {1}.', EXAMPLE, rounded(Math.max(0, EXAMPLE - (isRelative ? EXAMPLE * share : share))));
      replaceKeepingFocus(units, [segmented({ id: 'criterion-unit', label: t('Unit of the loss'), options: UNITS, value: unit, onChange: (to) => post({ type: 'setAccuracyCriterion', criterion: withUnit(criterion, to) }) })]);
    },
  };
}

/** The same fraction in the other unit. */
function withUnit(criterion: AccuracyCriterion, unit: Unit): AccuracyCriterion {
  const share = 'relative' in criterion ? criterion.relative : criterion.absolute;
  return unit === 'relative' ? { relative: share } : { absolute: share };
}

/** Without what binary fractions add: 0.07 times 100 is 7. */
function rounded(value: number): number {
  return Number(value.toPrecision(10));
}
