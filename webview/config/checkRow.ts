import { h } from '../graph/dom';

/** A box to check, with what it does below it. */
export function checkRow({ id, name, hint, checked, more = [], onChange }: {
  /** Unique in the page. */
  readonly id: string;
  readonly name: string;
  readonly hint: string;
  readonly checked: boolean;
  /** What stands at the end of the row. */
  readonly more?: readonly HTMLElement[];
  readonly onChange: (checked: boolean) => void;
}): HTMLElement {
  const hintId = `${id}:why`;
  const box = h('input', { type: 'checkbox', id, class: 'box', checked, 'aria-describedby': hintId, onchange: () => onChange(box.checked) });
  return h(
    'div',
    { class: 'pattern' },
    h('label', { class: 'row', for: id }, box, h('span', { class: 'name' }, name), ...more),
    h('p', { class: 'hint', id: hintId }, hint),
  );
}
