import { h } from '../graph/dom';
import { t } from '../l10n';
import type { TrialView, TuningView } from '../protocol';
import { type Column, COLUMNS, sorted, type Sort } from './sort';
import { accuracyText, metricName, percent } from './words';

/** More rows are of no use to anyone; the others are in the plot, and among those another order shows first. */
const MOST_ROWS = 200;

export interface TrialTable {
  readonly element: HTMLElement;
  update(tuning: TuningView, trials: readonly TrialView[], selected: number | undefined): void;
}

/** The trials as a table: a radio button per row, so that arrow keys move and screen readers tell what is chosen. */
export function createTrialTable(initial: Sort, select: (trial: number) => void, onSort: (sort: Sort) => void): TrialTable {
  let sort = initial;
  let render: () => void = () => {};
  const headers = new Map(COLUMNS.map((column) => [column, header(column, () => {
    sort = { column, descending: sort.column === column ? !sort.descending : column === 'accuracy' || column === 'lowered' };
    onSort(sort);
    render();
  })]));
  const body = h('tbody', {});
  const more = h('p', { class: 'hint', hidden: true });
  const table = h('table', {}, h('caption', { class: 'unseen' }, t('Trials')), h('thead', {}, h('tr', {}, ...headers.values())), body);
  const element = h('section', { class: 'trials', 'aria-label': t('Trials') }, table, more);
  const rows: { readonly text: string; readonly row: HTMLElement }[] = [];

  return {
    element,
    update(tuning, trials, selected) {
      render = () => {
        for (const [column, cell] of headers) cell.setAttribute('aria-sort', column !== sort.column ? 'none' : sort.descending ? 'descending' : 'ascending');
        headers.get('accuracy')!.querySelector('button')!.title = t('Accuracy: {0}', metricName(tuning));
        const focused = document.activeElement instanceof HTMLInputElement && body.contains(document.activeElement) ? document.activeElement.value : undefined;
        const shown = sorted(trials, sort, tuning.higherIsBetter).slice(0, MOST_ROWS);
        rows.length = trials.length;
        body.replaceChildren(...shown.map((index) => rowOf(index, trials[index]!, tuning, index === selected)));
        if (focused !== undefined) body.querySelector<HTMLInputElement>(`input[value="${focused}"]`)?.focus();
        more.hidden = trials.length <= MOST_ROWS;
        more.textContent = t('The first {0} of {1} in this order.', MOST_ROWS, trials.length);
        element.hidden = trials.length === 0;
      };
      render();
    },
  };

  /** One that is as before is used again. */
  function rowOf(index: number, trial: TrialView, tuning: TuningView, isSelected: boolean): HTMLElement {
    const isBest = index === tuning.best;
    const isApplied = index === tuning.applied;
    const text = JSON.stringify([trial, tuning.metric, isBest, isApplied]);
    const known = rows[index];
    const row = known?.text === text ? known.row : makeRow(index, trial, tuning, { isBest, isApplied });
    rows[index] = { text, row };
    row.classList.toggle('selected', isSelected);
    row.querySelector('input')!.checked = isSelected;
    return row;
  }

  function makeRow(index: number, trial: TrialView, tuning: TuningView, { isBest, isApplied }: { readonly isBest: boolean; readonly isApplied: boolean }): HTMLElement {
    const id = `trial-${index + 1}`;
    const radio = h('input', { type: 'radio', name: 'trial', id, value: String(index), 'aria-label': t('Trial {0}', index + 1), onchange: () => select(index) });
    const notes = [trial.meets ? t('meets') : t('fails'), isBest ? t('best') : undefined, isApplied ? t('in the config') : undefined].filter((note) => note !== undefined);
    const cells = [accuracyText(trial.accuracy, tuning), percent(trial.cost), percent(trial.lowered)].map((text) => h('td', { class: 'figure' }, text));
    return h(
      'tr', { class: trial.meets ? 'meets' : 'fails', onclick: () => select(index) },
      h('th', { scope: 'row' }, radio, h('label', { for: id }, String(index + 1))), ...cells, h('td', {}, notes.join(', ')),
    );
  }
}

function header(column: Column, onclick: () => void): HTMLElement {
  const texts: Readonly<Record<Column, readonly [text: string, title: string]>> = {
    trial: [t('Trial'), t('In the order in which they were measured')],
    accuracy: [t('Accuracy'), t('Accuracy')],
    cost: [t('Modelled cost'), t('Time as a share of the original’s, modelled from tables of what kernels can do and not measured')],
    lowered: [t('Lowered'), t('Share of the arithmetic that could be BF16 or INT8 and is')],
    meets: [t('Criterion'), t('Whether it keeps enough accuracy')],
  };
  const [text, title] = texts[column];
  return h('th', { scope: 'col', class: column === 'trial' || column === 'meets' ? '' : 'figure' }, h('button', { type: 'button', class: 'sort', title, onclick }, text));
}
