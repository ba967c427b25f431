import { t } from '../l10n';
import type { PytorchMode } from '../protocol';
import { opsText } from './words';

/** The words for what gets a precision as a whole: ops, in rows of their type, or modules, in rows of their class. */
export interface UnitWords {
  readonly title: string;
  readonly hint: string;
  /** Heads of the columns, each with what it says when the pointer rests on it. */
  readonly kind: readonly [text: string, title: string];
  readonly count: readonly [text: string, title: string];
  readonly empty: string;
  readonly selected: string;
  /** `3 op types`. */
  readonly kindsText: (count: number) => string;
  /** `2 ops`. */
  readonly unitsText: (count: number) => string;
  readonly selection: { readonly title: string; readonly hint: string; readonly empty: string };
}

const OPS: UnitWords = {
  title: t('Op types'),
  hint: t('The precision of all ops of a type. Auto leaves it to the plan.'),
  kind: [t('Op type'), t('Click a name to light up its ops in the graph')],
  count: [t('Ops'), t('How many there are in the model')],
  empty: t('The model has no ops.'),
  selected: t('Selected op types'),
  kindsText: (count) => (count === 1 ? t('1 op type') : t('{0} op types', count.toLocaleString('en'))),
  unitsText: opsText,
  selection: {
    title: t('Selected op'),
    hint: t('The precision of the op selected in the graph, and of no other.'),
    empty: t('Click an op in the graph to choose its precision.'),
  },
};

const MODULES: UnitWords = {
  title: t('Module classes'),
  hint: t('The precision of all modules of a class, each as a whole. Auto leaves it to the plan.'),
  kind: [t('Class'), t('Click a name to light up the ops of its modules in the graph')],
  count: [t('Count'), t('How many modules there are of it')],
  empty: t('The model has no modules.'),
  selected: t('Selected module classes'),
  kindsText: (count) => (count === 1 ? t('1 module class') : t('{0} module classes', count.toLocaleString('en'))),
  unitsText: (count) => (count === 1 ? t('1 module') : t('{0} modules', count.toLocaleString('en'))),
  selection: {
    title: t('Selected module'),
    hint: t('The precision of the module that the op selected in the graph is part of, and of no other.'),
    empty: t('Click an op in the graph to choose the precision of its module.'),
  },
};

export function unitWords(mode: PytorchMode | undefined): UnitWords {
  return mode === 'eager' ? MODULES : OPS;
}
