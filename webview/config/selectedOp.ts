import { h } from '../graph/dom';
import { t } from '../l10n';
import type { ConfigView } from '../protocol';
import { edits } from './choice';
import { precisionChoice } from './precisionChoice';
import { foldable, replaceKeepingFocus, type Post, type Section } from './section';

/** The precision of the op selected in the graph. */
export function selectedOpSection(post: Post): Section {
  const selection = h('div', {});
  return {
    element: foldable('selected-op', t('Selected op'), t('The precision of the op selected in the graph, and of no other.'), selection),
    update: (config) => replaceKeepingFocus(selection, [selectionRow(config, post)]),
  };
}

function selectionRow({ selection, useBf16 }: ConfigView, post: Post): HTMLElement {
  if (selection === undefined) return h('p', { class: 'hint' }, t('Click an op in the graph to choose its precision.'));
  const { name, pattern, op, choice, capability } = selection;
  const control = precisionChoice({
    id: 'selection', label: name, value: choice, capability, useBf16,
    ...edits(post, (value) => ({ type: 'setOverride', pattern, choice: value === 'auto' ? undefined : value })),
  });
  return h('div', { class: 'row' }, h('span', { class: 'name', title: `${op}: ${name}` }, shortName(name)), control);
}

/** The end of a scoped name says more than its beginning. */
function shortName(name: string): string {
  const parts = name.split('/');
  return parts.length > 2 ? `…/${parts.slice(-2).join('/')}` : name;
}
