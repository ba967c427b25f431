import { h } from '../graph/dom';
import { plural } from '../graph/precision';
import { t } from '../l10n';
import type { DataView } from '../protocol';

type DataArray = DataView['arrays'][number];

/** A file chosen by mistake, such as one of weights, can hold thousands of arrays. */
const MOST = 20;

/** What is in a file of calibration data: each array beside the input it is for, those of inputs first. */
export function dataArrays({ arrays, unserved, problem }: DataView): HTMLElement[] {
  const sorted = [...arrays.filter(({ input }) => input !== undefined), ...arrays.filter(({ input }) => input === undefined)];
  const rows = sorted.slice(0, MOST).map(arrayRow);
  const more = sorted.length > MOST ? [h('p', { class: 'hint small' }, t('and {0}', plural(sorted.length - MOST, 'more array', 'more arrays')))] : [];
  return [
    ...(problem === undefined ? [] : [h('p', { class: 'error' }, problem)]),
    ...(rows.length === 0 ? [] : [table(rows), ...more]),
    ...unserved.map(({ signature, inputs }) => h('p', { class: 'hint' }, t('No arrays for the signature {0}, whose ops will not be INT8: {1}', signature, inputs.join(', ')))),
  ];
}

function table(rows: readonly HTMLElement[]): HTMLElement {
  const head = [t('Array'), t('For input'), t('Range')].map((title) => h('th', { scope: 'col' }, title));
  return h('table', { class: 'arrays', 'aria-label': t('Arrays of the data') }, h('thead', {}, h('tr', {}, ...head)), h('tbody', {}, ...rows));
}

function arrayRow({ name, dtype, shape, range, input }: DataArray): HTMLElement {
  const kind = `${dtype} ${shape.length === 0 ? t('scalar') : shape.join(' × ')}`;
  const used = input === undefined ? h('td', { class: 'hint' }, t('not used')) : h('td', { class: 'code', title: input }, input);
  const limits = range === undefined ? t('none') : `[${range.map(numberText).join(', ')}]`;
  return h(
    'tr',
    {},
    h('th', { scope: 'row', title: name }, h('span', { class: 'code' }, name), h('span', { class: 'hint small' }, kind)),
    used,
    h('td', { title: limits }, limits),
  );
}

/** Four significant digits: `-1.234`, `0.0005`, `1.2e+10`. */
function numberText(value: number): string {
  return String(Number(value.toPrecision(4))).replace('-', '−');
}
