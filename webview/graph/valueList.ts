import type { ConsumerDetails, ValueDetails } from '../protocol';
import { t } from '../l10n';
import { boundaryPills } from './castWhy';
import { nameLink, type DetailsEvents } from './detailParts';
import { h } from './dom';
import { histogramFigure } from './histogram';

/** Shape of a value nobody knows. */
const UNKNOWN = '?';
/** More consumers are folded away. */
const FEW = 4;

/** Values with all that is known of them. `scale`: the largest magnitude among those whose ranges are compared. */
export function valueList(values: readonly ValueDetails[], none: string, scale: number, events: DetailsEvents): HTMLElement {
  if (values.length === 0) return h('p', { class: 'none' }, none);
  return h('ul', { class: 'values' }, ...values.map((value) => valueItem(value, scale, events)));
}

export function largestMagnitude(values: readonly ValueDetails[]): number {
  return values.reduce((most, { min = 0, max = 0 }) => Math.max(most, Math.abs(min), Math.abs(max)), 0);
}

function valueItem(value: ValueDetails, scale: number, events: DetailsEvents): HTMLElement {
  const { name, node, through = [], dtype, shape, range, min, max, constant, histogram, consumers = [], readers = 0 } = value;
  const kind = constant ?? (shape === UNKNOWN ? dtype : `${dtype} ${shape}`);
  return h(
    'li',
    {},
    nameLink(name, node, events),
    h('span', { class: 'kind' }, ...boundaryPills(through, events), kind),
    range === undefined ? undefined : h('span', { class: 'kind' }, t('range {0}', range)),
    min === undefined || max === undefined || scale === 0 ? undefined : rangeBar(min, max, scale),
    histogram && histogramFigure(histogram),
    readers === 0 ? undefined : readBy(consumers, readers, events),
  );
}

/** From -scale to scale, with zero in the middle. */
function rangeBar(min: number, max: number, scale: number): HTMLElement {
  const bar = h('span', { class: 'range', 'aria-hidden': 'true' }, h('span'));
  const part = bar.firstElementChild as HTMLElement;
  part.style.left = `${50 + (50 * min) / scale}%`;
  part.style.width = `${(50 * (max - min)) / scale}%`;
  return bar;
}

function readBy(consumers: readonly ConsumerDetails[], readers: number, events: DetailsEvents): HTMLElement {
  const rest = readers - consumers.length;
  const items = consumers.map(({ name, node, through = [] }) => h('li', {}, nameLink(name, node, events), through.length === 0 ? undefined : h('span', { class: 'kind' }, ...boundaryPills(through, events))));
  return h(
    'details',
    { open: readers <= FEW },
    h('summary', { class: 'kind' }, readers === 1 ? t('read once') : t('read {0} times', readers.toLocaleString('en'))),
    h('ul', {}, ...items, rest > 0 ? h('li', { class: 'kind' }, t('and {0} more', rest.toLocaleString('en'))) : undefined),
  );
}
