import { h } from '../graph/dom';
import { t } from '../l10n';
import type { ConfigView, OpTypeRow, PytorchMode } from '../protocol';
import type { GraphLight } from './graphLight';
import { manyOpTypes } from './manyOpTypes';
import { pytorchModeRows } from './pytorchMode';
import { opTypeRow, opTypeTable, type RowContext } from './opTypeRow';
import { foldable, replaceKeepingFocus, type Post, type Section } from './section';
import { textField } from './toolkit';
import { unitWords } from './units';

/** A row per op type, or per class where modules are converted as wholes: how many there are, what they shall compute in and what the plan made of it. */
export function opTypesSection(post: Post, light: GraphLight): Section {
  let opTypes: readonly OpTypeRow[] = [];
  let useBf16 = false;
  let mode: PytorchMode | undefined;
  let selected: ReadonlySet<string> = new Set();
  let last: string | undefined;

  const filter = textField({ label: t('Filter rows'), placeholder: t('Filter: name, int8, bf16 or fp32'), onInput: () => show() });
  const title = h('span', {});
  const hint = h('span', {});
  const modes = h('div', {});
  const count = h('p', { class: 'hint', role: 'status' });
  const many = manyOpTypes(post, () => select([...selected], false));
  const needsSwitch = h('p', { class: 'hint' }, t('B (BF16) can be chosen once Use BF16 is on.'));
  const table = h('div', {});

  const select = (ops: readonly string[], isSelected: boolean) => {
    selected = new Set(isSelected ? [...selected, ...ops] : [...selected].filter((op) => !ops.includes(op)));
    show();
  };
  const show = () => {
    const words = unitWords(mode);
    const shown = opTypes.filter(matching(filter.value));
    const names = shown.map(({ op }) => op);
    const onSelect: RowContext['onSelect'] = (op, isSelected, range) => {
      select(range ? between(names, last ?? op, op) : [op], isSelected);
      last = op;
    };
    const isFiltered = filter.value.trim() !== '';
    const text = isFiltered ? t('{0} of {1}', shown.length, words.kindsText(opTypes.length)) : '';
    if (count.textContent !== text) count.textContent = text;
    const chosen = opTypes.filter(({ op }) => selected.has(op));
    many.update(chosen, chosen.filter(({ op }) => !names.includes(op)).length, { useBf16, words });
    needsSwitch.hidden = useBf16;
    const rows = shown.map((row) => opTypeRow(row, { post, light, useBf16, words, selected, onSelect }));
    const empty = isFiltered ? t('Nothing matches "{0}".', filter.value) : words.empty;
    replaceKeepingFocus(table, [rows.length > 0 ? opTypeTable(words, selectAll(names), rows) : h('p', { class: 'hint' }, empty)]);
  };
  const selectAll = (names: readonly string[]) => {
    const how = names.filter((op) => selected.has(op)).length;
    const box = h('input', {
      type: 'checkbox', id: 'select-all', class: 'box', checked: how === names.length, 'aria-label': t('Select all shown'), title: t('Select all shown'),
      onclick: () => select(names, how < names.length),
    });
    box.indeterminate = how > 0 && how < names.length;
    return box;
  };
  return {
    element: foldable('op-types', title, hint, modes, needsSwitch, filter, count, many.element, table),
    update: (config: ConfigView) => {
      ({ opTypes, useBf16, pytorchMode: mode } = config);
      const words = unitWords(mode);
      title.textContent = words.title;
      hint.textContent = words.hint;
      replaceKeepingFocus(modes, mode === undefined ? [] : pytorchModeRows(mode, post));
      const names = new Set(opTypes.map(({ op }) => op));
      selected = new Set([...selected].filter((op) => names.has(op)));
      show();
    },
  };
}

/** Every word is part of the name, or a precision that is chosen or planned for some of the ops. */
function matching(filter: string): (row: OpTypeRow) => boolean {
  const words = filter.toLowerCase().split(/\s+/);
  return ({ op, choice, planned }) => words.every((word) => op.toLowerCase().includes(word) || [choice].flat().some((wish) => wish === word) || isPlanned(planned, word));
}

function isPlanned(planned: OpTypeRow['planned'], word: string): boolean {
  return (word === 'int8' || word === 'bf16' || word === 'fp32') && planned[word] > 0;
}

/** The names from one to the other, whichever comes first; the last alone where the other is not shown. */
function between(names: readonly string[], from: string, to: string): readonly string[] {
  const places = [names.indexOf(from), names.indexOf(to)].sort((a, b) => a - b);
  return places[0]! < 0 ? [to] : names.slice(places[0], places[1]! + 1);
}
