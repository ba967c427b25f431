import { h } from '../graph/dom';
import type { ConfigView } from '../protocol';
import { edits } from './choice';
import { precisionChoice } from './precisionChoice';
import { foldable, replaceKeepingFocus, type Post, type Section } from './section';
import { unitWords } from './units';

/** The precision of the op selected in the graph, or of its module where modules are converted as wholes. */
export function selectedOpSection(post: Post): Section {
  const title = h('span', {});
  const hint = h('span', {});
  const selection = h('div', {});
  return {
    element: foldable('selected-op', title, hint, selection),
    update: (config) => {
      const words = unitWords(config.pytorchMode).selection;
      title.textContent = words.title;
      hint.textContent = words.hint;
      replaceKeepingFocus(selection, [selectionRow(config, words.empty, post)]);
    },
  };
}

function selectionRow({ selection, useBf16 }: ConfigView, empty: string, post: Post): HTMLElement {
  if (selection === undefined) return h('p', { class: 'hint' }, empty);
  const { name, pattern, op, choice, capability } = selection;
  const control = precisionChoice({
    id: 'selection', label: name, value: choice, capability, useBf16,
    ...edits(post, (value) => ({ type: 'setOverride', pattern, choice: value === 'auto' ? undefined : value })),
  });
  return h('div', { class: 'row' }, h('span', { class: 'name', title: `${op}: ${name}` }, name === '' ? op : shortName(name)), control);
}

/** The end of a scoped name says more than its beginning. */
function shortName(name: string): string {
  const parts = name.split('/');
  return parts.length > 2 ? `…/${parts.slice(-2).join('/')}` : name;
}
