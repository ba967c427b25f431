import type { GraphTables } from '../../protocol';
import { t } from '../../l10n';
import { button, h, icon } from '../dom';
import { KEY_MAP, keyLabel, titleWithKey } from '../keyMap';
import type { Moment } from '../moment';
import { countFound, find, type Found, type Results } from './find';
import { SYNTAX } from './query';
import { highlighted, type Highlighted, indexOfResult, resultAt, resultRow, type Result } from './results';

export interface SearchEvents {
  /** To a result, which takes the focus. */
  go(result: Result): void;
  highlight(what: Highlighted | undefined): void;
  /** Left without going anywhere. */
  closed(): void;
}

export interface SearchBox {
  readonly element: HTMLElement;
  open(): void;
  update(graph: GraphTables, moment: Moment): void;
  /** Goes to the next result (1) or the one before (-1); opens the box where there is none. */
  step(by: number): void;
  /** Takes the highlight back; false where there was none. */
  clear(): boolean;
}

/** Results in the list at a time. */
const PAGE = 50;
/** Before results follow a graph that changes while nobody looks at the list, in milliseconds. */
const PAUSE = 200;
const NOTHING: Found = { kind: 'nothing' };

/** The search box: type, move through the results with the arrow keys, Enter goes there, Escape closes. */
export function createSearchBox(events: SearchEvents): SearchBox {
  let graph: GraphTables | undefined;
  let moment: Moment | undefined;
  let found = NOTHING;
  let active = 0;
  /** The results are made out in the picture, and next and previous go through them. */
  let isOn = false;
  let waiting: ReturnType<typeof setTimeout> | undefined;

  const input = h('input', { type: 'text', placeholder: t('Find ops, Casts, precisions'), role: 'combobox', 'aria-label': t('Find in the graph'), 'aria-controls': 'results', 'aria-expanded': 'false', 'aria-describedby': 'searchHint', 'aria-autocomplete': 'list', spellcheck: 'false', autocomplete: 'off' });
  const position = h('span', { class: 'position', role: 'status' });
  const walk = h('span', { class: 'walk', hidden: true }, button(titleWithKey('previousResult'), 'chevron', () => step(-1), true), button(titleWithKey('nextResult'), 'chevron', () => step(1), true));
  const list = h('ul', { id: 'results', role: 'listbox', 'aria-label': t('Results') });
  const count = h('p', { class: 'count', role: 'status' });
  const hint = h('p', { class: 'syntax', id: 'searchHint' }, ...SYNTAX.flatMap((word) => [h('code', {}, word), ' ']));
  const panel = h('div', { class: 'results', hidden: true }, list, count, hint);
  const element = h('div', { class: 'finder', role: 'search' }, icon('search'), input, h('kbd', { title: titleWithKey('search') }, keyLabel(KEY_MAP.search.keys[0]!)), position, walk, panel);

  const run = (): void => {
    clearTimeout(waiting);
    const before = resultAt(found, active);
    found = graph && moment ? find(graph, moment, input.value) : NOTHING;
    active = Math.max(0, indexOfResult(found, before));
    isOn = countFound(found) > 0;
    events.highlight(isOn ? highlighted(found as Results) : undefined);
    render();
  };
  const render = (): void => {
    const total = countFound(found);
    const isOpen = !panel.hidden;
    walk.hidden = !isOn;
    element.classList.toggle('on', isOn);
    position.textContent = isOn && !isOpen ? t('{0} of {1}', (active + 1).toLocaleString('en'), total.toLocaleString('en')) : '';
    input.setAttribute('aria-expanded', String(isOpen));
    input.toggleAttribute('aria-invalid', found.kind === 'faulty');
    input.removeAttribute('aria-activedescendant');
    if (!isOpen || !graph || !moment) return;
    const first = Math.floor(active / PAGE) * PAGE;
    const shown = Math.min(PAGE, total - first);
    list.replaceChildren(...Array.from({ length: shown }, (_, row) => option(found as Results, first + row, total)));
    list.hidden = total === 0;
    count.textContent = describeCount(found, first, shown);
    count.classList.toggle('faulty', found.kind === 'faulty');
    if (total > 0) input.setAttribute('aria-activedescendant', `result-${active}`);
    list.children[active - first]?.scrollIntoView({ block: 'nearest' });
  };
  const option = (results: Results, index: number, total: number): HTMLElement => {
    const row = resultRow(graph!, moment!, results, index);
    const attributes = { id: `result-${index}`, role: 'option', 'aria-selected': index === active, 'aria-posinset': index + 1, 'aria-setsize': total };
    for (const [attribute, value] of Object.entries(attributes)) row.setAttribute(attribute, String(value));
    row.addEventListener('mousedown', (event) => {
      event.preventDefault();
      go(index);
    });
    return row;
  };
  const show = (isOpen: boolean): void => {
    panel.hidden = !isOpen;
    if (isOpen) run();
    else render();
  };
  const go = (index: number): void => {
    const result = resultAt(found, index);
    if (!result) return;
    active = index;
    events.go(result);
    show(false);
  };
  const step = (by: number): void => {
    if (!isOn) run();
    const total = countFound(found);
    if (total === 0) open();
    else go((active + by + total) % total);
  };
  const open = (): void => {
    input.focus();
    input.select();
  };
  const clear = (): boolean => {
    if (!isOn) return false;
    isOn = false;
    events.highlight(undefined);
    render();
    return true;
  };
  const keys: Readonly<Record<string, () => void>> = {
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Enter: () => go(active),
    F3: () => step(1),
    'Shift+F3': () => step(-1),
    Escape() {
      clear();
      show(false);
      events.closed();
    },
  };
  const move = (by: number): void => {
    active = Math.max(0, Math.min(countFound(found) - 1, active + by));
    render();
  };

  input.addEventListener('input', () => {
    found = NOTHING;
    run();
  });
  input.addEventListener('focus', () => show(true));
  input.addEventListener('blur', () => show(false));
  input.addEventListener('keydown', (event) => {
    event.stopPropagation();
    const act = keys[event.shiftKey && event.key.length > 1 ? `Shift+${event.key}` : event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  return {
    element,
    open,
    step,
    clear,
    update(newGraph, newMoment) {
      const isOther = graph?.nodes !== newGraph.nodes;
      graph = newGraph;
      moment = newMoment;
      if (isOther) {
        input.value = '';
        run();
      } else if (!panel.hidden) run();
      else if (isOn) {
        clearTimeout(waiting);
        waiting = setTimeout(run, PAUSE);
      }
    },
  };
}

function describeCount(found: Found, first: number, shown: number): string {
  const total = countFound(found);
  const all = total.toLocaleString('en');
  if (found.kind === 'faulty') return found.message;
  if (found.kind === 'nothing') return '';
  if (total === 0) return t('Nothing found');
  if (total === shown) return total === 1 ? t('1 result') : t('{0} results', all);
  return first === 0 ? t('{0} of {1}', shown, all) : t('{0} to {1} of {2}', first + 1, first + shown, all);
}
