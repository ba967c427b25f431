import { h } from '../graph/dom';
import { t } from '../l10n';
import type { ConfigView, PrecisionWish } from '../protocol';
import { addOverride } from './addOverride';
import { edits } from './choice';
import type { GraphLight } from './graphLight';
import { precisionChoice } from './precisionChoice';
import { foldable, replaceKeepingFocus, tool, type Post, type Section } from './section';
import { opsText } from './words';

type Override = ConfigView['overrides'][number];

export const ANYTHING = ['int8', 'bf16'] as const;

/** Precisions by op name: all whose names match a pattern, in the order of the file. */
export function overridesSection(post: Post, light: GraphLight): Section {
  const list = h('ol', { class: 'overrides' });
  const added = addOverride(post, light);
  const hint = t('Precision by op name. Overrides win over op types; where several match an op, the lowest in the list wins.');
  return {
    element: foldable('overrides', t('Overrides'), hint, list, added.element),
    update: ({ overrides, useBf16 }) => {
      list.hidden = overrides.length === 0;
      replaceKeepingFocus(list, overrides.map((override, index) => overrideRow(override, { number: index + 1, isLast: index === overrides.length - 1, useBf16, post, light })));
      added.update(useBf16);
    },
    matches: (answer) => added.matches(answer),
  };
}

interface RowContext {
  readonly number: number;
  readonly isLast: boolean;
  readonly useBf16: boolean;
  readonly post: Post;
  readonly light: GraphLight;
}

function overrideRow({ pattern, choice, matches }: Override, { number, isLast, useBf16, post, light }: RowContext): HTMLElement {
  const path = ['op_name_dict', pattern];
  const moved: readonly { path: readonly string[]; value: PrecisionWish | undefined }[] = [{ path, value: undefined }, { path, value: choice }];
  const toEnd = tool(`last:${pattern}`, 'moveDown', t('Move {0} to the end, where it wins over the others', pattern), () => post({ type: 'applyEdits', edits: moved }));
  const remove = tool(`remove:${pattern}`, 'close', t('Remove the override {0}', pattern), () => post({ type: 'setOverride', pattern, choice: undefined }));
  const name = light.button({ pattern }, { id: `light:override:${pattern}`, class: 'lit code', title: t('{0}: show its {1} in the graph', pattern, opsText(matches)) }, pattern);
  const control = precisionChoice({
    id: `override:${pattern}`, label: pattern, value: choice, capability: ANYTHING, useBf16,
    // Set in place: its turn stays.
    ...edits(post, (value) => ({ type: 'applyEdits', edits: [{ path, value }] })),
  });
  return h(
    'li',
    { class: 'override' },
    h('div', { class: 'row' }, h('span', { class: 'turn', 'aria-hidden': 'true' }, `${number}.`), h('span', { class: 'name' }, name), isLast ? undefined : toEnd, remove),
    h('div', { class: 'row' }, h('span', { class: 'name hint' }, matches === 0 ? t('matches no op') : opsText(matches)), control),
  );
}
