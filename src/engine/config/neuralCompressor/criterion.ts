import { callArguments } from './callArguments';
import { type Draft, note } from './draft';
import { type Options, readOptions, wrongValue } from './options';
import { isCall, isMapping, type Value } from './values';

const KINDS = ['relative', 'absolute'];

/** First those of AccuracyCriterion, in the order of its signature. */
const OPTIONS: Options = {
  higher_is_better: { usual: [true], note: 'The metric tells here: of mse a lower value is better, of others a higher one.' },
  criterion: {},
  tolerable_loss: {},
  relative: { read: readLoss },
  absolute: { read: readLoss },
};

/** `accuracy_criterion` of YAML (`relative` or `absolute`), or an AccuracyCriterion of Python (`criterion` and `tolerable_loss`). */
export function readCriterion(value: Value, path: string, draft: Draft): void {
  const given = isCall(value) ? callArguments(value, OPTIONS) : value;
  if (!isMapping(given)) {
    if (value !== null) wrongValue(value, 'an accuracy criterion', path, draft);
    return;
  }
  readOptions(given, OPTIONS, path, draft);
  if (!given.has('criterion') && !given.has('tolerable_loss')) return;
  const criterion = given.get('criterion') ?? 'relative';
  if (typeof criterion !== 'string' || !KINDS.includes(criterion)) wrongValue(criterion, 'relative or absolute', `${path}.criterion`, draft);
  else setLoss(criterion, given.get('tolerable_loss') ?? 0.01, `${path}.tolerable_loss`, draft);
}

function readLoss(value: Value, path: string, draft: Draft): void {
  setLoss(path.slice(path.lastIndexOf('.') + 1), value, path, draft);
}

/** Sets how much accuracy may be lost: a number, or a text with a percent sign. */
export function setLoss(criterion: string, value: Value, path: string, draft: Draft): void {
  const percent = typeof value === 'string' ? /^(\d+(?:\.\d+)?)%$/.exec(value)?.[1] : undefined;
  const loss = percent === undefined ? value : Number(percent) / 100;
  if (typeof loss !== 'number' || !Number.isFinite(loss)) wrongValue(value, 'a number or a percentage such as "1%"', path, draft);
  else if (loss < 0) note(draft, path, 'A gain of accuracy cannot be asked for here: it is left out.');
  else draft.config['accuracy_criterion'] = { [criterion]: loss };
}
