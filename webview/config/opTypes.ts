import { h } from '../graph/dom';
import { NAMES, plural } from '../graph/precision';
import type { ConfigView, OpTypeRow } from '../protocol';
import { precisionChoice } from './precisionChoice';
import { heading, replaceKeepingFocus, type Post, type Section } from './section';
import { textField } from './toolkit';

const SHOWN = ['fp32', 'bf16', 'int8'] as const;

/** A row per op type: how many there are, what they shall compute in and what the plan made of it. */
export function opTypesSection(post: Post): Section {
  let config: ConfigView | undefined;
  const rows = h('div', {});
  const filter = textField({ label: 'Filter op types', placeholder: 'Filter op types', onInput: () => show() });
  const show = () => {
    if (config === undefined) return;
    const { opTypes, useBf16 } = config;
    const wanted = filter.value.trim().toLowerCase();
    const shown = opTypes.filter(({ op }) => op.toLowerCase().includes(wanted)).map((row) => opTypeRow(row, useBf16, post));
    replaceKeepingFocus(rows, shown.length > 0 ? shown : [h('p', { class: 'hint' }, wanted === '' ? 'The model has no ops.' : `No op type contains "${filter.value}".`)]);
  };
  return {
    element: h('section', {}, heading('Op types', 'The precision of all ops of a type. The bar shows what the plan makes of it.'), filter, rows),
    update: (next) => {
      config = next;
      show();
    },
  };
}

function opTypeRow({ op, count, choice, capability, planned }: OpTypeRow, useBf16: boolean, post: Post): HTMLElement {
  return h(
    'div',
    { class: 'row' },
    h('span', { class: 'name', title: op }, op),
    h('span', { class: 'number', title: plural(count, 'op') }, String(count)),
    mixBar(planned),
    precisionChoice({ id: `op:${op}`, label: op, value: choice, capability, useBf16, onChange: (value) => post({ type: 'setOpTypes', ops: [op], choice: value }) }),
  );
}

function mixBar(planned: OpTypeRow['planned']): HTMLElement {
  const parts = SHOWN.filter((precision) => planned[precision] > 0);
  const text = `Planned: ${parts.map((precision) => `${planned[precision]} ${NAMES[precision]}`).join(', ') || 'left as it is'}`;
  const bars = parts.map((precision) => {
    const bar = h('span', { class: precision });
    bar.style.flexGrow = String(planned[precision]);
    return bar;
  });
  return h('span', { class: 'mix', role: 'img', title: text, 'aria-label': text }, ...bars);
}
