import type { GraphTables, Precision } from '../protocol';
import { PRECISIONS } from '../tables';
import { t } from '../l10n';
import { chip } from './detailParts';
import { h } from './dom';
import { sizeText } from './sizeText';
import type { Moment } from './moment';
import { NAMES, plural } from './precision';
import { countPrecisions, countTransitions, edgesOfTransition, nodesOfPrecision, type Transition } from './transitionCounts';

export interface TransitionsEvents {
  /** Lights up edges and nodes; nothing any more where both are undefined. `label` says what they are, when they are chosen. */
  highlight(edges: Int32Array | undefined, nodes: Int32Array | undefined, label: string): void;
}

export interface Transitions {
  readonly element: HTMLElement;
  update(graph: GraphTables, moment: Moment): void;
  /** Nothing is lit up any more: on the word of others, so it is not said back to them. */
  clear(): void;
}

type Unit = 'edges' | 'casts' | 'bytes';
/** What is lit up: the ops of a precision, or the edges of a transition; its button has this key. */
type Choice = { readonly precision: number } | { readonly transition: number } | undefined;

const UNITS: readonly Unit[] = ['edges', 'casts', 'bytes'];
const UNIT_TITLES: Readonly<Record<Unit, string>> = { edges: t('Edges'), casts: t('Casts'), bytes: t('Bytes') };

/** How many ops have each precision, and how many values go from one precision to another; a click lights them up. */
export function createTransitions(events: TransitionsEvents): Transitions {
  const bar = h('div', { class: 'mix', 'aria-hidden': 'true' });
  const counts = h('div', { class: 'counts', role: 'group', 'aria-label': t('Ops by precision') });
  const table = h('table', { 'aria-label': t('Values from one precision to another') });
  const note = h('p', { class: 'none' });
  const units = h('div', { class: 'units', role: 'radiogroup', 'aria-label': t('Count') });
  const element = h('section', { class: 'transitions' }, h('h3', {}, t('Precision')), bar, counts, h('div', { class: 'title' }, h('h3', {}, t('Transitions')), units), table, note);
  let graph: GraphTables | undefined;
  let moment: Moment | undefined;
  let transitions: readonly Transition[] = [];
  let unit: Unit = 'edges';
  let choice: Choice;

  function choose(next: Choice): void {
    choice = keyOf(next) === keyOf(choice) ? undefined : next;
    render();
    light(choice === undefined ? '' : 'precision' in choice ? NAMES[PRECISIONS[choice.precision]!] : titleOf(choice.transition));
  }

  function light(label: string): void {
    if (!graph || !moment) return;
    if (choice === undefined) events.highlight(undefined, undefined, label);
    else if ('precision' in choice) events.highlight(undefined, nodesOfPrecision(moment, choice.precision), label);
    else {
      const { edges, nodes } = edgesOfTransition(graph, moment, choice.transition);
      events.highlight(edges, nodes, label);
    }
  }

  function pressable(next: Exclude<Choice, undefined>, title: string, ...content: readonly (Node | string)[]): HTMLElement {
    const key = keyOf(next);
    return h('button', { type: 'button', 'data-key': key, 'aria-pressed': String(key === keyOf(choice)), title, onclick: () => choose(next) }, ...content);
  }

  function render(): void {
    const focused = element.contains(document.activeElement) ? (document.activeElement as HTMLElement).dataset['key'] : undefined;
    renderCounts();
    renderUnits();
    renderTable();
    if (focused !== undefined) element.querySelector<HTMLElement>(`[data-key="${focused}"]`)?.focus();
  }

  function renderCounts(): void {
    const ops = moment ? countPrecisions(moment) : [];
    const present = PRECISIONS.map((precision, code) => ({ precision, code, count: ops[code] ?? 0 })).filter(({ count }) => count > 0);
    bar.replaceChildren(
      ...present.map(({ precision, count }) => {
        const part = h('span', { class: precision });
        part.style.flexGrow = String(count);
        return part;
      }),
    );
    counts.replaceChildren(
      ...present.map(({ precision, code, count }) => pressable({ precision: code }, `${NAMES[precision]}: ${plural(count, 'op')}`, chip(precision), count.toLocaleString('en'))),
    );
  }

  function renderUnits(): void {
    units.replaceChildren(
      ...UNITS.map((one) => {
        const choose = (): void => {
          unit = one;
          render();
        };
        const on = one === unit;
        return h('button', { type: 'button', role: 'radio', 'data-key': one, 'aria-checked': String(on), tabindex: on ? '0' : '-1', onclick: choose }, UNIT_TITLES[one]);
      }),
    );
  }

  function renderTable(): void {
    const present = PRECISIONS.map((_, code) => code).filter((code) => PRECISIONS.some((_, other) => transitions[code * 4 + other]!.edges + transitions[other * 4 + code]!.edges > 0));
    const head = (code: number, scope: string): HTMLElement => h('th', { scope, title: NAMES[PRECISIONS[code]!] }, chip(PRECISIONS[code]), h('span', { class: 'unseen' }, NAMES[PRECISIONS[code]!]));
    table.hidden = present.length === 0;
    table.replaceChildren(
      h('thead', {}, h('tr', {}, h('td', { title: t('Rows: written as. Columns: read as.') }, t('↓ to →')), ...present.map((code) => head(code, 'col')))),
      h('tbody', {}, ...present.map((from) => h('tr', {}, head(from, 'row'), ...present.map((to) => cell(from * 4 + to))))),
    );
    rove(0, 0);
    const unsized = transitions.reduce((sum, transition) => sum + transition.unsized, 0);
    note.textContent = unit === 'bytes' && unsized > 0 ? t('{0} of unknown size left out', plural(unsized, 'edge')) : '';
  }

  function cell(transition: number): HTMLElement {
    const { edges, casts, bytes, unsized } = transitions[transition]!;
    if (edges === 0) return h('td', {}, h('span', { class: 'none' }, '·'));
    const text = { edges: short(edges), casts: casts === 0 ? '·' : short(casts), bytes: unsized === edges ? '?' : sizeText(bytes) }[unit];
    const sizes = unsized === edges ? t('size unknown') : `${sizeText(bytes)}${unsized > 0 ? ` + ${t('{0} of unknown size', unsized)}` : ''}`;
    const title = `${titleOf(transition)}: ${plural(edges, 'edge')}, ${plural(casts, 'Cast')}, ${sizes}`;
    return h('td', casts > 0 ? { class: 'cast' } : {}, pressable({ transition }, title, text));
  }

  const cells = (): HTMLElement[] => [...table.querySelectorAll<HTMLElement>('tbody button')];

  /** Of the cells, one is a tab stop: the one with the focus, or pressed, or the first; moved by rows and columns where there is a cell. */
  function rove(rows: number, columns: number): void {
    const all = cells();
    const at = (button: HTMLElement): readonly [number, number] => [(button.closest('tr') as HTMLTableRowElement).rowIndex, (button.closest('td') as HTMLTableCellElement).cellIndex];
    let stop = all.find((button) => button === document.activeElement) ?? all.find((button) => button.getAttribute('aria-pressed') === 'true') ?? all[0];
    if (!stop) return;
    if (rows !== 0 || columns !== 0) {
      const [row, column] = at(stop);
      const ahead = all.filter((button) => {
        const [r, c] = at(button);
        return rows === 0 ? r === row && (c - column) * columns > 0 : c === column && (r - row) * rows > 0;
      });
      stop = (rows + columns > 0 ? ahead[0] : ahead.at(-1)) ?? stop;
      stop.focus();
    }
    for (const button of all) button.tabIndex = button === stop ? 0 : -1;
  }

  const moves: Readonly<Record<string, readonly [number, number]>> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  table.addEventListener('keydown', (event) => {
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    rove(...move);
  });
  units.addEventListener('keydown', (event) => {
    const by = moves[event.key]?.find((part) => part !== 0);
    if (by === undefined) return;
    event.preventDefault();
    unit = UNITS[(UNITS.indexOf(unit) + by + UNITS.length) % UNITS.length]!;
    render();
    units.querySelector<HTMLElement>('[aria-checked="true"]')!.focus();
  });

  return {
    element,
    update(nextGraph, nextMoment) {
      if (nextMoment === moment && nextGraph === graph) return;
      graph = nextGraph;
      moment = nextMoment;
      transitions = countTransitions(graph, moment);
      render();
      if (choice !== undefined) light('');
    },
    clear() {
      choice = undefined;
      render();
    },
  };
}

function keyOf(choice: Choice): string {
  return choice === undefined ? '' : 'precision' in choice ? `precision ${choice.precision}` : `transition ${choice.transition}`;
}

function titleOf(transition: number): string {
  const name = (code: number): string => NAMES[PRECISIONS[code] as Precision];
  return t('{0} to {1}', name(Math.floor(transition / 4)), name(transition % 4));
}

/** Fits its cell; the tooltip has all digits. */
function short(count: number): string {
  return count < 100_000 ? count.toLocaleString('en') : `${Math.round(count / 1000).toLocaleString('en')}k`;
}
