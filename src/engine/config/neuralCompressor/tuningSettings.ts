import { METRIC_NAMES, STRATEGY_NAMES } from '../config';
import { type Draft, note, setIn } from './draft';
import { wrongValue } from './options';
import { isMapping, type Value } from './values';

/** The name of a strategy. */
export function readStrategy(value: Value, path: string, draft: Draft): void {
  const known = STRATEGY_NAMES.find((name) => name === value);
  if (typeof value !== 'string') wrongValue(value, 'the name of a strategy', path, draft);
  else if (known === undefined) note(draft, path, `There is no strategy "${value}" here: tune searches as "basic" does.`);
  else setIn(draft, 'tuning', 'strategy', known);
}

/** `quant_level`: 0 is the strategy `conservative`, whatever strategy is named. */
export function readQuantLevel(value: Value, path: string, draft: Draft): void {
  if (value === 0) setIn(draft, 'tuning', 'strategy', 'conservative');
  else wrongValue(value, '0, 1 or "auto"', path, draft);
}

/** Reads a number for a key of `tuning`. */
function readNumber(key: string, expected: string, isValid: (value: number) => boolean) {
  return (value: Value, path: string, draft: Draft): void => {
    if (typeof value === 'number' && isValid(value)) setIn(draft, 'tuning', key, value);
    else wrongValue(value, expected, path, draft);
  };
}

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 1;

export const readTimeout = readNumber('timeout', 'a number of seconds', (value) => Number.isFinite(value) && value >= 0);
export const readMaxTrials = readNumber('max_trials', 'a number of trials', isCount);
export const readSeed = readNumber('random_seed', 'a whole number', Number.isSafeInteger);
export const readConfidenceBatches = readNumber('confidence_batches', 'a number of batches', isCount);
const readTopk = readNumber('topk', 'a number of classes', isCount);

/** `metric` of `evaluation.accuracy`: one key, its name. */
export function readMetric(value: Value, path: string, draft: Draft): void {
  const entries: [string, Value][] = isMapping(value) ? [...value] : [];
  const [name, parameter] = entries[0] ?? [];
  const metric = METRIC_NAMES.find((known) => known === name?.toLowerCase());
  if (entries.length !== 1 || name === undefined) wrongValue(value, 'a mapping with one metric', path, draft);
  else if (metric === undefined) note(draft, `${path}.${name}`, `There is no metric "${name}" here: accuracy is measured as topk.`);
  else {
    setIn(draft, 'tuning', 'metric', metric);
    if (metric === 'topk') readTopk(parameter!, `${path}.${name}`, draft);
  }
}
