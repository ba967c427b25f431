import { neededText, boundSentence } from '../graph/castCount';
import { chip } from '../graph/detailParts';
import { h } from '../graph/dom';
import { NAMES } from '../graph/precision';
import { t } from '../l10n';
import type { CastNumbers, OutcomeView } from '../protocol';
import { withDelta } from './delta';
import { opsText } from './words';

const SHOWN = ['fp32', 'bf16', 'int8'] as const;
const UNKNOWN = '–';

/** The numbers of an outcome, beside their differences from those before; all dashes where it is not known. Always as high. */
export function outcomeCard(outcome: OutcomeView | undefined, before: OutcomeView | undefined): HTMLElement[] {
  return [precisionBar(outcome), precisionList(outcome, before), castLine(outcome?.casts, before?.casts), castDetail(outcome?.casts), ...rangesNote(outcome)];
}

/** An outcome in one sentence. */
export function outcomeText({ precision, casts }: OutcomeView): string {
  const ops = SHOWN.map((one) => t('{0} in {1}', opsText(precision[one]), NAMES[one]));
  return [...ops, castsText(casts.remaining), needed(casts)].filter(Boolean).join(', ');
}

/** How many Casts are left, and how many of them no placement could save. */
export function castLine(casts: CastNumbers | undefined, before: CastNumbers | undefined): HTMLElement {
  if (casts === undefined) return h('p', { class: 'castLine' }, t('{0} Casts', UNKNOWN));
  const { remaining } = casts;
  const why = boundSentence(bounded(casts));
  const rest = needed(casts);
  return h(
    'p',
    { class: 'castLine', ...(why === undefined ? {} : { title: why }) },
    withDelta(castsText(remaining), remaining, before?.remaining),
    rest === undefined ? undefined : h('span', { class: 'hint' }, ` · ${rest}`),
  );
}

function precisionBar(outcome: OutcomeView | undefined): HTMLElement {
  const parts = outcome === undefined ? [] : SHOWN.filter((precision) => outcome.precision[precision] > 0);
  const bars = parts.map((precision) => {
    const bar = h('span', { class: precision });
    bar.style.flexGrow = String(outcome!.precision[precision]);
    return bar;
  });
  return h('div', { class: 'mix', 'aria-hidden': 'true' }, ...bars);
}

function precisionList(outcome: OutcomeView | undefined, before: OutcomeView | undefined): HTMLElement {
  const items = SHOWN.map((precision) => {
    const count = outcome?.precision[precision];
    const number = count === undefined ? UNKNOWN : withDelta(count.toLocaleString('en'), count, before?.precision[precision]);
    const title = count === undefined ? NAMES[precision] : t('{0} in {1}', opsText(count), NAMES[precision]);
    return h('li', { title }, chip(precision), h('span', { class: 'unseen' }, `${NAMES[precision]}: `), number);
  });
  return h('ul', { class: 'counts', 'aria-label': t('Ops by precision') }, ...items);
}

function castDetail(casts: CastNumbers | undefined): HTMLElement {
  const [inserted, folded] = casts === undefined ? [UNKNOWN, UNKNOWN] : [casts.inserted.toLocaleString('en'), casts.folded.toLocaleString('en')];
  return h('p', { class: 'hint small', title: t('Casts put where precisions meet, and those of them that turned out not to be needed') }, t('{0} inserted, {1} folded', inserted, folded));
}

function rangesNote(outcome: OutcomeView | undefined): HTMLElement[] {
  if (outcome?.assumesRanges !== true) return [];
  return [h('p', { class: 'hint small' }, t('Ranges are not measured yet; the numbers hold if every value gets one.'))];
}

function castsText(count: number): string {
  return count === 1 ? t('1 Cast') : t('{0} Casts', count.toLocaleString('en'));
}

function needed(casts: CastNumbers): string | undefined {
  return neededText(bounded(casts));
}

function bounded({ remaining, lowerBound }: CastNumbers): Parameters<typeof neededText>[0] {
  return { casts: remaining, lowerBound: lowerBound ?? undefined };
}
