import { h, icon } from '../graph/dom';
import { plural } from '../graph/precision';
import type { ConfigView, PrecisionChoice } from '../protocol';
import { precisionChoice } from './precisionChoice';
import { heading, replaceKeepingFocus, type Post, type Section } from './section';
import { button, textField } from './toolkit';

const EVERYTHING = ['int8', 'bf16'] as const;

/** Precisions by name: for the op selected in the graph, and for all whose names match a pattern. */
export function overridesSection(post: Post): Section {
  const selection = h('div', {});
  const list = h('div', {});
  const pattern = textField({ label: 'Pattern of op names', placeholder: 'Name or pattern, such as head/.*' });
  const add = button('Add', 'Keep the ops whose whole name matches the pattern in FP32; change that in the list', () => {
    if (pattern.value.trim() === '') return;
    post({ type: 'setOverride', pattern: pattern.value.trim(), choice: 'fp32' });
    pattern.value = '';
  });
  pattern.addEventListener('keydown', (event) => event.key === 'Enter' && add.click());
  return {
    element: h(
      'section',
      {},
      heading('Selected op', 'The precision of the op selected in the graph alone'),
      selection,
      heading('Overrides', 'Precision by op name (regular expressions). They win over op types; the last match wins.'),
      list,
      h('div', { class: 'row' }, pattern, add),
    ),
    update: (config) => {
      replaceKeepingFocus(selection, [selectionRow(config, post)]);
      replaceKeepingFocus(list, config.overrides.map((override) => overrideRow(override, config.useBf16, post)));
    },
  };
}

function selectionRow({ selection, useBf16 }: ConfigView, post: Post): HTMLElement {
  if (selection === undefined) return h('p', { class: 'hint' }, 'Click an op in the graph to choose its precision.');
  const { name, pattern, op, choice, capability } = selection;
  const onChange = (value: PrecisionChoice) => post({ type: 'setOverride', pattern, choice: value === 'auto' ? undefined : value });
  const control = precisionChoice({ id: 'selection', label: name, value: choice, capability, useBf16, onChange });
  return h('div', { class: 'row' }, h('span', { class: 'name', title: `${op}: ${name}` }, shortName(name)), control);
}

function overrideRow({ pattern, choice, matches }: ConfigView['overrides'][number], useBf16: boolean, post: Post): HTMLElement {
  const remove = h(
    'button',
    { type: 'button', class: 'remove', id: `remove:${pattern}`, title: `Remove the override ${pattern}`, 'aria-label': `Remove the override ${pattern}`, onclick: () => post({ type: 'setOverride', pattern, choice: undefined }) },
    icon('close'),
  );
  const onChange = (value: PrecisionChoice) => post({ type: 'setOverride', pattern, choice: value });
  const matched = h('span', { class: 'name hint' }, matches === 0 ? 'matches no op' : plural(matches, 'op'));
  return h(
    'div',
    { class: 'override' },
    h('div', { class: 'row' }, h('span', { class: 'name code', title: pattern }, pattern), remove),
    h('div', { class: 'row' }, matched, precisionChoice({ id: `override:${pattern}`, label: pattern, value: choice, capability: EVERYTHING, useBf16, onChange })),
  );
}

/** The end of a scoped name says more than its beginning. */
function shortName(name: string): string {
  const parts = name.split('/');
  return parts.length > 2 ? `…/${parts.slice(-2).join('/')}` : name;
}
