import { h } from '../graph/dom';
import { t } from '../l10n';
import type { FromTuning, MetricFile, MetricName, StrategyName, TuningView } from '../protocol';
import { accuracyText, isMetricFile, metricName, METRICS, percent, STRATEGIES } from './words';

export interface Settings {
  readonly element: HTMLElement;
  update(tuning: TuningView): void;
}

/** What the search goes by: data, criterion, strategy, number of trials. All of it is in the config; changes go there. */
export function createSettings(post: (message: FromTuning) => void): Settings {
  const data = h('span', { class: 'value name' });
  const choose = h('button', { type: 'button', class: 'link', id: 'choose-data', onclick: () => post({ type: 'chooseData' }) });
  const criterion = h('span', { class: 'value' });
  const change = h('button', { type: 'button', class: 'link', title: t('Shows the config, where the criterion is set'), onclick: () => post({ type: 'openConfig' }) }, t('Change'));
  const options = STRATEGIES.map(({ name, text }) => h('option', { value: name }, text));
  const strategy = h('select', { id: 'strategy', 'aria-describedby': 'strategy-hint', onchange: () => post({ type: 'setStrategy', strategy: strategy.value as StrategyName }) }, ...options);
  const metric = h('select', { id: 'metric', onchange: () => chooseMetric() });
  let present: MetricName | MetricFile = 'topk';
  const chooseMetric = (): void => {
    if (metric.value !== OWN) return post({ type: 'setMetric', metric: metric.value as MetricName | MetricFile });
    metric.value = present;
    post({ type: 'chooseMetric' });
  };
  const runtime = h('p', { class: 'hint', id: 'runtime' });
  const hint = h('p', { class: 'hint', id: 'strategy-hint' });
  const limit = h('input', {
    type: 'number', id: 'max-trials', min: '1', step: '1', required: true,
    onchange: () => {
      if (limit.validity.valid) post({ type: 'setMaxTrials', trials: limit.valueAsNumber });
      else limit.value = known;
    },
  });
  let known = '';
  const setting = (name: HTMLElement, ...parts: HTMLElement[]) => h('div', { class: 'setting' }, name, h('div', { class: 'row' }, ...parts));
  const label = (text: string, id?: string): HTMLElement => (id === undefined ? h('span', { class: 'label' }, text) : h('label', { class: 'label', for: id }, text));
  const element = h(
    'section', { class: 'settings', 'aria-label': t('What the search goes by') },
    setting(label(t('Measured on')), data, choose),
    setting(label(t('Judged by'), 'metric'), metric),
    setting(label(t('May lose')), criterion, change),
    setting(label(t('Strategy'), 'strategy'), strategy),
    setting(label(t('Trials at most'), 'max-trials'), limit),
    h('div', { class: 'hints' }, hint, runtime),
  );
  return {
    element,
    update(tuning) {
      const isBusy = tuning.state === 'running' || tuning.state === 'paused';
      data.textContent = tuning.data ?? t('no data');
      data.title = tuning.data === undefined ? '' : tuning.labels === undefined ? t('Outputs are compared with the original’s: {0}', metricName(tuning)) : t('Labels: {0}. {1}', tuning.labels, metricName(tuning));
      choose.textContent = tuning.data === undefined ? t('Choose…') : t('Change…');
      choose.disabled = strategy.disabled = limit.disabled = metric.disabled = isBusy;
      present = tuning.metric;
      replaceOptions(metric, tuning);
      runtime.hidden = tuning.runtime === undefined;
      runtime.textContent = tuning.runtime === undefined ? '' : t('Run by {0}.', tuning.runtime);
      criterion.textContent = criterionText(tuning);
      strategy.value = tuning.strategy;
      hint.textContent = STRATEGIES.find(({ name }) => name === tuning.strategy)?.sentence ?? '';
      const trials = String(tuning.maxTrials);
      if (trials !== known) limit.value = trials;
      known = trials;
    },
  };
}

/** Value of the choice that asks for a file. */
const OWN = '';

/** The metrics there are, the file of the user's own that is in force, and the way to another. */
function replaceOptions(select: HTMLSelectElement, tuning: TuningView): void {
  const { metric, topk } = tuning;
  const offered = [...METRICS, ...(isMetricFile(metric) ? [metric] : [])].map((value): [string, string] => [value, metricName({ metric: value, topk })]);
  const options = [...offered, [OWN, t('function of my own…')] as const];
  const isShown = [...select.options].map(({ text }) => text).join() === options.map(([, text]) => text).join();
  if (!isShown) select.replaceChildren(...options.map(([value, text]) => h('option', { value }, text)));
  select.value = metric;
  select.title = isMetricFile(metric) ? metric : '';
}

function criterionText(tuning: TuningView): string {
  const { criterion, worst } = tuning;
  const loss = 'relative' in criterion ? percent(criterion.relative, 2).replace(/\.?0+ /, ' ') : accuracyText(criterion.absolute, tuning);
  return worst === undefined ? loss : t('{0}: down to {1}', loss, accuracyText(worst, tuning));
}
